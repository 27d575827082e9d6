namespace MedStreams.Topologies.Increments;

/// <summary>The checked routing table. Immutable; safe for use by several threads.</summary>
public sealed class RoutingTable
{
    /// <summary>The product of events that no rule takes.</summary>
    public const string Other = "other";

    private const int LongestTopic = 249;

    private readonly CompiledRule[] _rules;

    private RoutingTable(CompiledRule[] rules, string[] products)
    {
        _rules = rules;
        Products = products;
    }

    /// <summary>All products that events can get, each once, in the order of the rules; <see cref="Other"/> is last, if no rule names it.</summary>
    public IReadOnlyList<string> Products { get; }

    /// <summary>Checks rules and makes a table of them.</summary>
    /// <param name="rules">The rules, in the order in which they are asked.</param>
    /// <param name="topicPrefix">What stands before a product in its topic's name.</param>
    /// <exception cref="RoutingTableException">Something is wrong; the text says all of it, with the rule and the cure.</exception>
    public static RoutingTable Create(IReadOnlyList<RoutingRule> rules, string topicPrefix = "product.")
    {
        var problems = new List<string>();
        if (rules.Count == 0)
            problems.Add("The routing table has no rule: declare at least one, each with Name, Product and When.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var earlier = new Dictionary<string, string>(StringComparer.Ordinal);
        string? catchAll = null;
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            var label = rule.Name.Length == 0 ? $"Rule number {i + 1}" : $"The rule '{rule.Name}'";
            if (rule.Name.Length == 0)
                problems.Add($"{label} has no name: give it one, so that it can be spoken of.");
            else if (!names.Add(rule.Name))
                problems.Add($"{label} stands there twice: give the second another name, or drop it.");
            CheckTopic(label, rule.Product, topicPrefix, problems);
            if (catchAll is not null)
                problems.Add($"{label} is never asked, since {catchAll} before it takes everything: move it up, or drop it.");
            if (rule.When.Count == 0)
                catchAll ??= label.Replace("The rule", "the rule", StringComparison.Ordinal);
            else if (!earlier.TryAdd(string.Join(';', rule.When.Select(c => c.ToString()).Order(StringComparer.Ordinal)), rule.Name))
                problems.Add($"{label} is never asked, since a rule before it has the same conditions: drop one of them.");
            foreach (var condition in rule.When)
                CheckCondition(label, condition, problems);
        }

        if (problems.Count > 0)
            throw new RoutingTableException(problems);
        return new(
            [.. rules.Select(r => new CompiledRule(r.Product, [.. r.When.Select(CompiledCondition.Of)]))],
            [.. rules.Select(r => r.Product).Append(Other).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>The product of an event.</summary>
    public string Route(LogEvent logEvent)
    {
        foreach (var rule in _rules)
        {
            if (rule.Holds(logEvent))
                return rule.Product;
        }

        return Other;
    }

    private static void CheckTopic(string label, string product, string prefix, List<string> problems)
    {
        if (product.Length == 0)
            problems.Add($"{label} has no product: name the one that its events go to.");
        else if (!product.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
            problems.Add($"{label} has the product '{product}', which is no legal topic name: use letters, digits, dot, underscore and hyphen.");
        else if (prefix.Length + product.Length > LongestTopic)
            problems.Add($"{label} has a product so long that its topic's name has more than {LongestTopic} characters: shorten it.");
    }

    private static void CheckCondition(string label, RoutingCondition condition, List<string> problems)
    {
        if (!CompiledCondition.IsField(condition.Field))
        {
            problems.Add(
                $"{label} asks for the field '{condition.Field}', which events do not have: use {CompiledCondition.FieldNames} or attributes.NAME.");
        }

        var tests = (condition.Is is null ? 0 : 1) + (condition.StartsWith is null ? 0 : 1) + (condition.Like is null ? 0 : 1);
        if (tests != 1)
            problems.Add($"{label} has a condition on '{condition.Field}' with {tests} tests: give exactly one of Is, StartsWith and Like.");
        if (condition.Field == "severity" && condition.Is is { } severity && !Enum.TryParse<Severity>(severity, out _))
        {
            problems.Add(
                $"{label} asks for the severity '{severity}', which there is not: use one of {string.Join(", ", Enum.GetNames<Severity>())}.");
        }
    }

    private sealed record CompiledRule(string Product, CompiledCondition[] Conditions)
    {
        public bool Holds(LogEvent logEvent)
        {
            foreach (var condition in Conditions)
            {
                if (!condition.Holds(logEvent))
                    return false;
            }

            return true;
        }
    }
}

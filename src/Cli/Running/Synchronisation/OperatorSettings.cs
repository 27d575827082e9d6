using System.Collections.Immutable;
using MedStreams.Cli.Configuration;
using MedStreams.Sinks.Operators;

namespace MedStreams.Cli.Running.Synchronisation;

/// <summary>The operators' APIs, by the names that cards have for them.</summary>
internal static class OperatorSettings
{
    public static SettingGroup Operators { get; } =
        new("Sync:Operators", "Operators' APIs: NAME:KEY; docs/synchronisation.md has the keys")
        {
            IsSecret = static key => key.Contains(":Headers:", StringComparison.OrdinalIgnoreCase) || key.EndsWith(":Auth:Secret", StringComparison.OrdinalIgnoreCase),
        };

    /// <summary>What is declared.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="directory">Where relative paths begin.</param>
    /// <exception cref="CliException">A key is unknown, missing or wrong; names all of them.</exception>
    public static IReadOnlyList<OperatorDeclaration> Read(EffectiveSettings settings, string directory)
    {
        var wrong = new List<string>();
        var declared = settings.Entries(Operators)
            .Select(e => (Parts: e.Key.Split(':', 2), e.Value))
            .GroupBy(e => e.Parts[0], StringComparer.OrdinalIgnoreCase)
            .Select(g => Read(new SectionReader(
                $"{SettingsCatalog.Section}:{Operators.Key}:{g.Key}", g.Where(e => e.Parts.Length == 2).ToDictionary(e => e.Parts[1], e => e.Value, StringComparer.OrdinalIgnoreCase), wrong), g.Key, directory))
            .ToList();
        return wrong.Count == 0 ? declared : throw CliException.Usage(string.Join("\nmedstreams: ", wrong));
    }

    /// <summary>An error that names settings for what is wrong with a declaration.</summary>
    public static CliException Usage(string name, OperatorDeclarationException error) => CliException.Usage(string.Join(
        "\nmedstreams: ", error.Faults.Select(f => $"{SettingsCatalog.Section}:{Operators.Key}:{name}:{f.Key} {f.Problem}")));

    private static OperatorDeclaration Read(SectionReader section, string name, string directory)
    {
        var declared = new OperatorDeclaration { Name = name, Call = Request(section, "", "POST", directory) };
        declared = declared with
        {
            IdempotencyHeader = section.Find("IdempotencyHeader"),
            LookUp = section.Has("LookUp:") ? LookUp(section, directory) : null,
            Success = section.Get("Success", RuleOfAnswers, declared.Success),
            AlreadyDone = section.Get("AlreadyDone", RuleOfAnswers, declared.AlreadyDone),
            Retry = section.Get("Retry", RuleOfAnswers, declared.Retry),
            Refused = section.Get("Refused", RuleOfAnswers, declared.Refused),
            Login = Login(section, directory),
            Limits = Limits(section, declared.Limits),
            Breaker = new OperatorBreaker
            {
                FailureRatio = section.Get("Breaker:FailureRatio", Number, declared.Breaker.FailureRatio),
                MinimumRequests = section.Get("Breaker:Requests", Whole, declared.Breaker.MinimumRequests),
                Over = section.Get("Breaker:Over", Span, declared.Breaker.Over),
                Pause = section.Get("Breaker:Pause", Span, declared.Breaker.Pause),
            },
        };
        section.End();
        return declared;
    }

    private static OperatorRequestDeclaration Request(SectionReader section, string prefix, string method, string directory) => new()
    {
        Url = section.Require(prefix + "Url", "where the operator takes the request"),
        Method = section.Find(prefix + "Method") ?? method,
        Body = section.FindText(prefix + "Body", directory),
        ContentType = section.Find(prefix + "ContentType") ?? "application/json",
        Headers = section.Under(prefix + "Headers:").ToImmutableSortedDictionary(StringComparer.OrdinalIgnoreCase),
    };

    private static OperatorLookUp LookUp(SectionReader section, string directory)
    {
        var lookUp = new OperatorLookUp { Request = Request(section, "LookUp:", "GET", directory) };
        return lookUp with
        {
            Done = section.Get("LookUp:Done", RuleOfAnswers, lookUp.Done),
            Missing = section.Get("LookUp:Missing", RuleOfAnswers, lookUp.Missing),
            Settle = section.Get("LookUp:Settle", Span, lookUp.Settle),
        };
    }

    private static OperatorLimits Limits(SectionReader section, OperatorLimits defaults) => new()
    {
        RatePerSecond = section.Get("RatePerSecond", Number, defaults.RatePerSecond),
        Burst = section.Get("Burst", Whole, defaults.Burst),
        Concurrency = section.Get("Concurrency", Whole, defaults.Concurrency),
        Timeout = section.Get("Timeout", Span, defaults.Timeout),
        MaxWait = section.Get("MaxWait", Span, defaults.MaxWait),
        Attempts = section.Get("Attempts", Whole, defaults.Attempts),
        Backoff = section.Get("Backoff", Span, defaults.Backoff),
    };

    private static OperatorLogin? Login(SectionReader section, string directory)
    {
        if (!section.Has("Auth:"))
            return null;
        var kind = section.Get("Auth:Kind", LoginKind, OperatorLoginKind.Bearer);
        var reference = new Rule<SecretReference>("env:NAME or file:PATH; the secret itself does not belong into settings", (string text, out SecretReference value) =>
            SecretReference.TryParse(text, out value!, directory));
        var (user, header, secret) = (section.Find("Auth:User"), section.Find("Auth:Header"), section.Require("Auth:Secret", reference));
        return secret is null ? null : new OperatorLogin(kind, secret) { User = user, Header = header ?? "X-Api-Key" };
    }

    private static Rule<ResponseRule> RuleOfAnswers { get; } =
        new("statuses of answers, as in 200-204, 409 or 200 where result.state = done, several with semicolons between", ResponseRule.TryParse);

    private static Rule<OperatorLoginKind> LoginKind { get; } =
        Rules.OneOf(("bearer", OperatorLoginKind.Bearer), ("basic", OperatorLoginKind.Basic), ("api-key", OperatorLoginKind.ApiKey));

    private static Rule<double> Number { get; } = Migration.Settings.MigrationRules.Above0;

    private static Rule<int> Whole { get; } = Rules.Integer(1);

    private static Rule<TimeSpan> Span { get; } = Rules.Duration(TimeSpan.Zero);
}

using System.IO.Enumeration;

namespace MedStreams.Topologies.Increments;

/// <summary>A condition that is ready to be asked.</summary>
internal sealed class CompiledCondition
{
    private const string AttributePrefix = "attributes.";

    private static readonly string[] SeverityNames = Enum.GetNames<Severity>();

    private static readonly Dictionary<string, Func<LogEvent, string>> Fields = new(StringComparer.Ordinal)
    {
        ["host"] = e => e.Host,
        ["source"] = e => e.Source,
        ["product"] = e => e.Product,
        ["component"] = e => e.Component,
        ["eventType"] = e => e.EventType,
        ["format"] = e => e.Format,
        ["severity"] = e => SeverityNames[(int)e.Severity],
    };

    private readonly Func<LogEvent, string> _field;
    private readonly Func<string, bool> _test;

    private CompiledCondition(Func<LogEvent, string> field, Func<string, bool> test)
    {
        _field = field;
        _test = test;
    }

    /// <summary>The names of fields, for messages.</summary>
    public static string FieldNames => string.Join(", ", Fields.Keys);

    public static bool IsField(string name) =>
        Fields.ContainsKey(name) || (name.Length > AttributePrefix.Length && name.StartsWith(AttributePrefix, StringComparison.Ordinal));

    /// <summary>Makes a condition ready; it must have been checked before.</summary>
    public static CompiledCondition Of(RoutingCondition condition)
    {
        if (!Fields.TryGetValue(condition.Field, out var field))
        {
            var attribute = condition.Field[AttributePrefix.Length..];
            field = e => e.Attributes[attribute] ?? string.Empty;
        }

        if (condition.Is is { } value)
            return new(field, text => text == value);
        if (condition.StartsWith is { } start)
            return new(field, text => text.StartsWith(start, StringComparison.Ordinal));
        var pattern = condition.Like!;
        return new(field, text => FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false));
    }

    public bool Holds(LogEvent logEvent) => _test(_field(logEvent));
}

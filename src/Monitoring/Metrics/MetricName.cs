using System.Text;

namespace MedStreams.Monitoring.Metrics;

/// <summary>
/// The name of an instrument in the text exposition. What has Kafka's name keeps it, with dots and hyphens turned into underscores; others get their unit and,
/// as counters, <c>_total</c>, as OpenTelemetry's rules for Prometheus have it. Times in milliseconds or nanoseconds whose name says so are told in seconds.
/// </summary>
/// <param name="Text">The name.</param>
/// <param name="Scale">What values are multiplied by.</param>
internal readonly record struct MetricName(string Text, double Scale)
{
    private static readonly (string Unit, string Word, double Scale)[] Units =
    [
        ("s", "seconds", 1), ("ms", "seconds", 1e-3), ("us", "seconds", 1e-6), ("ns", "seconds", 1e-9), ("By", "bytes", 1), ("1", "ratio", 1), ("%", "percent", 1),
    ];

    /// <summary>The name of an instrument.</summary>
    /// <param name="instrument">Its own name.</param>
    /// <param name="unit">Its unit in UCUM; may be null.</param>
    /// <param name="kind">What it is.</param>
    public static MetricName Of(string instrument, string? unit, MetricKind kind)
    {
        var name = Clean(instrument, isLabel: false);
        var scale = 1.0;
        if (!instrument.StartsWith("kafka.", StringComparison.Ordinal))
        {
            if (Array.Find(Units, u => u.Unit == unit) is { Word: { } word } known)
            {
                scale = known.Scale;
                if (!(known.Unit == "1" && kind == MetricKind.Counter) && !name.EndsWith("_" + word, StringComparison.Ordinal))
                    name += "_" + word;
            }
        }
        else if (Array.Find(Units, u => name.Contains($"_{u.Unit}_", StringComparison.Ordinal) || name.EndsWith("_" + u.Unit, StringComparison.Ordinal)) is { Word: not null } abbreviated)
        {
            scale = abbreviated.Scale;
            name = (name + "_").Replace($"_{abbreviated.Unit}_", "_seconds_", StringComparison.Ordinal)[..^1];
        }

        return new MetricName(WithSuffix(name, kind), scale);
    }

    /// <summary>The name of a label.</summary>
    public static string Label(string tag) => Clean(tag, isLabel: true);

    private static string WithSuffix(string name, MetricKind kind)
    {
        if (kind == MetricKind.Counter)
            return name.EndsWith("_total", StringComparison.Ordinal) ? name : name + "_total";
        foreach (var (reserved, instead) in (ReadOnlySpan<(string, string)>)[("_total", ""), ("_count", "_number"), ("_sum", "_all"), ("_bucket", "")])
        {
            if (name.EndsWith(reserved, StringComparison.Ordinal))
                return name[..^reserved.Length] + instead;
        }

        return name;
    }

    /// <summary>Letters, digits and underscores; in lower case, with an underscore before each part.</summary>
    private static string Clean(string name, bool isLabel)
    {
        var text = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsAsciiLetterUpper(name[i]) && char.IsAsciiLetterLower(name[i - 1]))
                text.Append('_');
            text.Append(char.IsAsciiLetterOrDigit(name[i]) ? char.ToLowerInvariant(name[i]) : '_');
        }

        if (text.Length == 0 || char.IsAsciiDigit(text[0]))
            text.Insert(0, '_');
        return isLabel && text.ToString().StartsWith("__", StringComparison.Ordinal) ? text.ToString().TrimStart('_') : text.ToString();
    }
}

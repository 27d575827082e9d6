using System.Text.RegularExpressions;

namespace MedStreams.Streams.Graph;

/// <summary>Which topics a source reads: those of some names, or all whose whole name matches a pattern.</summary>
internal sealed class TopicSelection
{
    private readonly Regex? _whole;

    private TopicSelection(IReadOnlyList<string> names, Regex? pattern)
    {
        (Names, Pattern) = (names, pattern?.ToString());
        _whole = pattern is null ? null : new Regex($@"\A(?:{pattern})\z", pattern.Options, pattern.MatchTimeout);
    }

    /// <summary>The names; none where there is a pattern.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The pattern as the user wrote it; null where there are names.</summary>
    public string? Pattern { get; }

    public static TopicSelection Of(params IReadOnlyList<string> names) => new(names, null);

    public static TopicSelection Of(Regex pattern) => new([], pattern);

    /// <summary>Whether a topic belongs to it.</summary>
    public bool Includes(string topic) => _whole?.IsMatch(topic) ?? Names.Contains(topic);

    /// <summary>Whether both are the same names or the same pattern.</summary>
    public bool IsSameAs(TopicSelection other) =>
        Pattern is null
            ? other.Pattern is null && Names.ToHashSet(StringComparer.Ordinal).SetEquals(other.Names)
            : _whole!.Options == other._whole?.Options && Pattern == other.Pattern;
}

using System.Globalization;
using System.Xml;

namespace MedStreams.Streams;

/// <summary>
/// Where to begin in a partition for which the group has no committed offset, or which does not hold the next record any more (<c>auto.offset.reset</c>,
/// KIP-1106). Two that say the same are equal.
/// </summary>
public sealed record AutoOffsetReset
{
    private const string DurationPrefix = "by_duration:";

    private readonly string _name;

    private AutoOffsetReset(string name, TimeSpan? duration = null) => (_name, Duration) = (name, duration);

    /// <summary>At the first record.</summary>
    public static AutoOffsetReset Earliest { get; } = new("earliest");

    /// <summary>After the last record.</summary>
    public static AutoOffsetReset Latest { get; } = new("latest");

    /// <summary>Nowhere: the thread fails, so that nothing is read twice or left out without a decision of a person.</summary>
    public static AutoOffsetReset None { get; } = new("none");

    /// <summary>How far back it begins; null where it does not go by time.</summary>
    public TimeSpan? Duration { get; }

    /// <summary>
    /// At the first record that is not older, by the time Kafka keeps with it, than so long before the moment at which the task begins to read; after the last
    /// record where there is none.
    /// </summary>
    /// <param name="duration">The time, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public static AutoOffsetReset ByDuration(TimeSpan duration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        return new("by_duration", duration);
    }

    /// <summary>Reads Kafka's way to write it: <c>earliest</c>, <c>latest</c>, <c>none</c>, or <c>by_duration:</c> with a duration of ISO 8601.</summary>
    /// <returns>Null where the text is none of them.</returns>
    public static AutoOffsetReset? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.StartsWith(DurationPrefix, StringComparison.OrdinalIgnoreCase))
            return Array.Find([Earliest, Latest, None], p => p._name.Equals(text, StringComparison.OrdinalIgnoreCase));
        try
        {
            var duration = XmlConvert.ToTimeSpan(text[DurationPrefix.Length..]);
            return duration < TimeSpan.Zero ? null : ByDuration(duration);
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>Kafka's way to write it, such as <c>by_duration:PT1H</c>.</summary>
    public override string ToString() =>
        Duration is { } duration ? string.Create(CultureInfo.InvariantCulture, $"{DurationPrefix}{XmlConvert.ToString(duration)}") : _name;
}

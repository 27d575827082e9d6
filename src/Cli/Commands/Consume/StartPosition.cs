using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Confluent.Kafka;

namespace MedStreams.Cli.Commands.Consume;

/// <summary>Where reading begins, in each partition.</summary>
/// <param name="Offset">An offset, a logical one included, where no time is given.</param>
/// <param name="Last">How many records before the end.</param>
/// <param name="Time">The first record of this time or later.</param>
internal readonly record struct StartPosition(Offset Offset, long? Last, Timestamp? Time)
{
    /// <summary>For error messages and help.</summary>
    public const string Allowed = "beginning, end, an offset, -N for the last N of each partition, or an ISO 8601 time";

    public static bool TryParse(string text, [NotNullWhen(true)] out StartPosition? position)
    {
        position = text switch
        {
            "beginning" => new StartPosition(Offset.Beginning, null, null),
            "end" => new StartPosition(Offset.End, null, null),
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) =>
                number < 0 ? new StartPosition(Offset.End, -number, null) : new StartPosition(new Offset(number), null, null),
            _ when text.Contains('-') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) =>
                new StartPosition(Offset.Unset, null, new Timestamp(time)),
            _ => null,
        };
        return position is not null;
    }

    public static StartPosition Parse(string text) =>
        TryParse(text, out var position) ? position.Value : throw CliException.Usage($"'{text}' is no position; allowed is {Allowed}");

    /// <summary>The offsets to begin at.</summary>
    public IEnumerable<TopicPartitionOffset> Resolve(
        IConsumer<byte[]?, byte[]?> consumer, IReadOnlyDictionary<TopicPartition, WatermarkOffsets> ends, TimeSpan timeout)
    {
        if (Time is { } time)
            return consumer.OffsetsForTimes(ends.Keys.Select(p => new TopicPartitionTimestamp(p, time)), timeout);
        var (offset, last) = (Offset, Last);
        return ends.Select(end => new TopicPartitionOffset(end.Key, last switch
        {
            { } count => new Offset(Math.Max(end.Value.Low.Value, end.Value.High.Value - count)),
            null when offset == Offset.Beginning => end.Value.Low,
            null when offset == Offset.End => end.Value.High,
            null => offset,
        }));
    }
}

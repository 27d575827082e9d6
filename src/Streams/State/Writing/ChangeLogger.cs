using System.Buffers.Binary;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.State;

/// <summary>
/// Writes changes of a store to its changelog, in Kafka Streams' form: keys without the segment; values without their time, which becomes the record's.
/// Other records get the time of the record being processed. No headers.
/// </summary>
internal sealed class ChangeLogger(TaskContext context, StoreLayout layout, TopicPartition partition)
{
    private readonly int _skip = layout.KeyPrefix;
    private readonly bool _timestamped = layout.Timestamped;

    public void Log(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool delete)
    {
        var timestamp = context.CurrentTimestamp;
        if (_timestamped && !delete)
        {
            timestamp = BinaryPrimitives.ReadInt64BigEndian(value);
            value = value[sizeof(long)..];
        }

        Log(key[_skip..], value, delete, timestamp);
    }

    /// <summary>Logs key and value as they are, at a time.</summary>
    public void Log(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool delete, long timestamp) =>
        context.Collector.Send(new OutgoingRecord
        {
            Topic = partition.Topic,
            Partition = partition.Partition,
            Key = key,
            HasKey = true,
            Value = value,
            HasValue = !delete,
            Timestamp = timestamp,
            Headers = Headers.Empty,
        });
}

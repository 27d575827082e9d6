using MedStreams.Streams;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;

namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>A record as it lies in a topic.</summary>
internal sealed record WrittenRecord(int Partition, long Offset, byte[]? Key, byte[]? Value, long Timestamp, Headers Headers);

/// <summary>All that topics hold in the end, read from the broker.</summary>
internal sealed class WrittenTopics : IRecordReceiver
{
    private static readonly TimeSpan Wait = TimeSpan.FromMilliseconds(100);
    private readonly Dictionary<string, List<WrittenRecord>> _records = new(StringComparer.Ordinal);
    private readonly HashSet<TopicPartition> _open;

    private WrittenTopics(IEnumerable<TopicPartition> partitions) => _open = [.. partitions];

    /// <summary>The records of a topic, partition by partition.</summary>
    public IEnumerable<WrittenRecord> this[string topic] =>
        _records.GetValueOrDefault(topic)?.OrderBy(r => r.Partition).ThenBy(r => r.Offset) ?? Enumerable.Empty<WrittenRecord>();

    /// <summary>Reads what transactions have committed.</summary>
    public static WrittenTopics Read(IKafkaClients clients, IReadOnlyCollection<TopicPartition> partitions)
    {
        var topics = new WrittenTopics(partitions);
        using var consumer = clients.CreateRestoreConsumer("reader");
        consumer.Assign(partitions.ToDictionary(p => p, _ => 0L));
        while (topics._open.Count > 0)
            consumer.Poll(Wait, 10_000, topics);
        return topics;
    }

    public void OnRecord(in RawRecord record)
    {
        var (topic, partition, offset) = record.Metadata;
        if (!_records.TryGetValue(topic, out var records))
            _records.Add(topic, records = []);
        records.Add(new WrittenRecord(
            partition,
            offset,
            record.HasKey ? record.Key.ToArray() : null,
            record.HasValue ? record.Value.ToArray() : null,
            record.Timestamp,
            record.Headers));
    }

    public void OnEnd(TopicPartition partition, long offset) => _open.Remove(partition);

    public void OnOutOfRange(TopicPartition partition) =>
        throw new InvalidOperationException($"{partition} does not begin at 0.");
}

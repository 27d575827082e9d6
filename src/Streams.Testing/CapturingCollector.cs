using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Testing;

/// <summary>Keeps what tasks produce until the driver takes it. Each topic has one partition.</summary>
internal sealed class CapturingCollector : IRecordCollector
{
    private readonly Dictionary<string, long> _nextOffsets = new(StringComparer.Ordinal);
    private List<CapturedRecord> _captured = [];

    public void Send(in OutgoingRecord record)
    {
        if (record.Partition is < 0 or > 0)
            throw new StreamsException($"Partition {record.Partition} was chosen for {record.Topic}, which has one partition in tests.");
        _captured.Add(new CapturedRecord(record.Topic, record.CopyKey(), record.CopyValue(), record.Timestamp, record.Headers));
        _nextOffsets[record.Topic] = _nextOffsets.GetValueOrDefault(record.Topic) + 1;
    }

    public int PartitionCount(string topic) => 1;

    public void Flush()
    {
    }

    public long? NextOffset(TopicPartition partition) =>
        _nextOffsets.TryGetValue(partition.Topic, out var offset) ? offset : null;

    /// <summary>What was produced since the last call, in order.</summary>
    public List<CapturedRecord> Take()
    {
        var captured = _captured;
        _captured = [];
        return captured;
    }
}

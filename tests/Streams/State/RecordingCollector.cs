using System.Text;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Tests.State;

/// <summary>Keeps what is sent, and counts offsets as a partition would.</summary>
internal sealed class RecordingCollector : IRecordCollector
{
    private readonly Dictionary<TopicPartition, long> _next = [];

    public List<Sent> Records { get; } = [];

    public void Send(in OutgoingRecord record)
    {
        var at = new TopicPartition(record.Topic, record.Partition ?? 0);
        _next[at] = _next.GetValueOrDefault(at) + 1;
        Records.Add(new Sent(at, record.CopyKey(), record.CopyValue(), record.Timestamp, record.Headers));
    }

    public int PartitionCount(string topic) => 1;

    public void Flush()
    {
        // Kept already.
    }

    public long? NextOffset(TopicPartition partition) => _next.TryGetValue(partition, out var next) ? next : null;

    /// <summary>A record that was sent.</summary>
    public sealed record Sent(TopicPartition Partition, byte[]? Key, byte[]? Value, long Timestamp, Headers Headers)
    {
        public string? KeyText => Key is null ? null : Encoding.UTF8.GetString(Key);

        public string? ValueText => Value is null ? null : Encoding.UTF8.GetString(Value);
    }
}

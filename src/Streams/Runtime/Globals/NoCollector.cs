using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Runtime;

/// <summary>Where nothing may be sent: what fills a global store has no way out.</summary>
internal sealed class NoCollector : IRecordCollector
{
    public static NoCollector Instance { get; } = new();

    public void Send(in OutgoingRecord record) =>
        throw new InvalidOperationException($"What fills a global store cannot send to {record.Topic}.");

    public int PartitionCount(string topic) =>
        throw new InvalidOperationException($"What fills a global store cannot send to {topic}.");

    public void Flush()
    {
        // Nothing is sent.
    }

    public long? NextOffset(TopicPartition partition) => null;
}

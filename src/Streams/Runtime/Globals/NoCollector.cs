using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Runtime;

/// <summary>Where nothing may be sent: what fills a global store has no way out.</summary>
internal sealed class NoCollector : IRecordCollector
{
    public static NoCollector Instance { get; } = new();

    public void Send(
        string topic,
        int? partition,
        ReadOnlySpan<byte> key,
        bool hasKey,
        ReadOnlySpan<byte> value,
        bool hasValue,
        long timestamp,
        Headers headers) =>
        throw new InvalidOperationException($"What fills a global store cannot send to {topic}.");

    public int PartitionCount(string topic) =>
        throw new InvalidOperationException($"What fills a global store cannot send to {topic}.");

    public void Flush()
    {
        // Nothing is sent.
    }

    public long? NextOffset(TopicPartition partition) => null;
}

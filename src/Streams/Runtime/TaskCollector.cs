using MedStreams.Streams.Kafka;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Runtime;

/// <summary>One task's way to its thread's producer: what is dropped there counts as the task's.</summary>
internal sealed class TaskCollector : IRecordCollector
{
    private readonly RecordCollector _inner;
    private readonly DeliveryListener _onDelivery;

    public TaskCollector(RecordCollector inner, TaskMetrics metrics)
    {
        _inner = inner;
        _onDelivery = (topic, _, _, failure) =>
        {
            if (failure is { } failed && inner.Forgives(topic, failed))
                metrics.Dropped.Increment();
        };
    }

    public void Send(in OutgoingRecord record) => _inner.Send(record, _onDelivery);

    public int PartitionCount(string topic) => _inner.PartitionCount(topic);

    public void Flush() => _inner.Flush();

    public long? NextOffset(TopicPartition partition) => _inner.NextOffset(partition);
}

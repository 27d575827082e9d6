using MedStreams.Streams;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;

namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>The producer of a run; it tells the tap what arrived, and what is committed in transactions.</summary>
internal sealed class TappedProducer(IStreamProducer producer, TopicNames names, RunTap tap) : IStreamProducer
{
    private readonly Dictionary<TopicPartition, long> _offsets = [];

    public void Send(in OutgoingRecord record, DeliveryListener? listener)
    {
        var topic = record.Topic;
        producer.Send(record with { Topic = names.ToBroker(topic) }, (_, at, offset, failure) =>
        {
            if (failure is null)
                tap.Written(new TopicPartition(topic, at), offset);
            listener?.Invoke(topic, at, offset, failure);
        });
    }

    public void Flush() => producer.Flush();

    public void InitTransactions(TimeSpan timeout) => producer.InitTransactions(timeout);

    public void BeginTransaction() => producer.BeginTransaction();

    public void SendOffsets(IReadOnlyDictionary<TopicPartition, long> offsets, object groupMetadata, TimeSpan timeout)
    {
        producer.SendOffsets(offsets.ToDictionary(o => names.ToBroker(o.Key), o => o.Value), groupMetadata, timeout);
        foreach (var (partition, next) in offsets)
            _offsets[partition] = next;
    }

    public void CommitTransaction(TimeSpan timeout)
    {
        producer.CommitTransaction(timeout);
        foreach (var (partition, next) in _offsets)
            tap.Read(partition, next);
        _offsets.Clear();
    }

    public void AbortTransaction(TimeSpan timeout)
    {
        producer.AbortTransaction(timeout);
        _offsets.Clear();
    }

    public void Dispose() => producer.Dispose();
}

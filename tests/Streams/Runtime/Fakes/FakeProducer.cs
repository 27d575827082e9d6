using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Tests.Runtime.Fakes;

internal sealed class FakeProducer(FakeKafka kafka, string? transactionalId) : IStreamProducer
{
    private long _epoch;
    private FakeTransaction? _transaction;

    public void Send(in OutgoingRecord record, DeliveryListener? listener)
    {
        ThrowIfFenced();
        var (topic, key) = (record.Topic, record.CopyKey());
        var to = new TopicPartition(topic, record.Partition ?? PartitionOf(topic, key));
        var offset = kafka.Append(to, new FakeRecord(key, record.CopyValue(), record.Timestamp, record.Headers) { Transaction = _transaction });
        if (!topic.EndsWith("-assignment", StringComparison.Ordinal) && kafka.DeliveryFailures.TryDequeue(out var failure))
            listener?.Invoke(topic, to.Partition, -1, failure);
        else
            listener?.Invoke(topic, to.Partition, offset, null);
    }

    public void Flush() => kafka.Journal.Enqueue("flush");

    public void InitTransactions(TimeSpan timeout)
    {
        if (kafka.InitFailures.TryDequeue(out var failure))
            throw failure;
        _epoch = kafka.NextEpoch(transactionalId!);
    }

    public void BeginTransaction()
    {
        ThrowIfFenced();
        _transaction = new FakeTransaction();
    }

    public void SendOffsets(
        IReadOnlyDictionary<TopicPartition, long> offsets, object groupMetadata, TimeSpan timeout)
    {
        ThrowIfFenced();
        lock (kafka.Lock)
        {
            if ((int)groupMetadata != kafka.Generation)
                throw new TransactionLostException("Illegal generation.", false, new InvalidOperationException());
        }

        foreach (var (partition, offset) in offsets)
            _transaction!.Offsets[partition] = offset;
    }

    public void CommitTransaction(TimeSpan timeout)
    {
        if (kafka.CommitFailures.TryDequeue(out var failure))
            throw failure;
        ThrowIfFenced();
        lock (kafka.Lock)
        {
            _transaction!.Outcome = true;
            foreach (var (partition, offset) in _transaction.Offsets)
                kafka.Committed[partition] = offset;
            _transaction = null;
        }

        kafka.Journal.Enqueue("commit-transaction");
    }

    public void AbortTransaction(TimeSpan timeout)
    {
        ThrowIfFenced();
        Abort();
    }

    public void Dispose() => Abort();

    private void Abort()
    {
        lock (kafka.Lock)
        {
            if (_transaction is not null)
                _transaction.Outcome = false;
            _transaction = null;
        }
    }

    private void ThrowIfFenced()
    {
        if (transactionalId is not null && kafka.IsFenced(transactionalId, _epoch))
            throw new TransactionLostException("Fenced.", true, new InvalidOperationException());
    }

    private int PartitionOf(string topic, byte[]? key) => key is null || key.Length == 0
        ? 0
        : key[0] % kafka.PartitionCounts().GetValueOrDefault(topic, 1);
}

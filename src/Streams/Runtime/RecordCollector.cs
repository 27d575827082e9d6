using System.Collections.Concurrent;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Runtime;

/// <summary>The broker did not take a record: no fault of the node that forwarded it.</summary>
internal sealed class ProductionException(string message) : StreamsException(message);

/// <summary>
/// Sends what the tasks of one thread produce. Deliveries are reported on the client's thread, so what they touch is
/// safe for that; everything else belongs to the stream thread.
/// </summary>
internal sealed class RecordCollector : IRecordCollector
{
    private readonly ConcurrentDictionary<TopicPartition, long> _nextOffsets = new();
    private readonly Func<string, int> _partitionCount;
    private readonly bool _transactional;
    private readonly ErrorHandler _onError;
    private readonly DeliveryListener _onChangelog;
    private readonly DeliveryListener _onDelivery;
    private volatile StreamsException? _failure;
    private bool _inTransaction;

    public RecordCollector(
        IStreamProducer producer, bool transactional, Func<string, int> partitionCount, ErrorHandler onError)
    {
        (Producer, _transactional, _partitionCount) = (producer, transactional, partitionCount);
        _onError = onError;
        _onChangelog = OnChangelogDelivery;
        _onDelivery = OnDelivery;
    }

    public IStreamProducer Producer { get; }

    /// <summary>True where something was sent since the last flush or transaction.</summary>
    public bool HasUnflushed { get; private set; }

    /// <summary>True from the first record of a transaction to its end.</summary>
    public bool InTransaction => _inTransaction;

    /// <summary>Topics whose acknowledged offsets are positions of stores.</summary>
    public HashSet<string> Changelogs { get; } = new(StringComparer.Ordinal);

    public void Send(in OutgoingRecord record) => Send(record, _onDelivery);

    /// <summary>As <see cref="IRecordCollector.Send"/>.</summary>
    /// <param name="record">The record.</param>
    /// <param name="onDelivery">Told what became of a record that is no changelog's; it hands failures to <see cref="Forgives"/>.</param>
    public void Send(in OutgoingRecord record, DeliveryListener onDelivery)
    {
        ThrowIfFailed();
        EnsureTransaction();
        HasUnflushed = true;
        Producer.Send(record, Changelogs.Contains(record.Topic) ? _onChangelog : onDelivery);
    }

    /// <summary>A record did not arrive. Answers whether it is dropped and the thread goes on; else later calls throw.</summary>
    public bool Forgives(string topic, DeliveryFailure failure)
    {
        if (failure.IsTransient)
        {
            _failure ??= Lost(topic, failure.Code);
            return false;
        }

        var refused = new ProductionException($"A record for {topic} was refused: {failure.Code}.");
        if (_onError(new ErrorContext(refused, null, null, null)) != ErrorVerdict.Fail)
            return true;
        _failure ??= refused;
        return false;
    }

    public int PartitionCount(string topic) => _partitionCount(topic);

    public long? NextOffset(TopicPartition partition) =>
        _nextOffsets.TryGetValue(partition, out var offset) ? offset : null;

    public void Flush()
    {
        Producer.Flush();
        HasUnflushed = false;
        ThrowIfFailed();
    }

    /// <summary>Throws where the broker refused a record for good, and the handler does not forgive it.</summary>
    public void ThrowIfRefused()
    {
        if (_failure is ProductionException refused)
            throw refused;
    }

    public void EnsureTransaction()
    {
        if (!_transactional || _inTransaction)
            return;
        Producer.BeginTransaction();
        _inTransaction = true;
    }

    /// <summary>The transaction ended well: later records begin the next one.</summary>
    public void OnCommitted()
    {
        _inTransaction = HasUnflushed = false;
        ThrowIfFailed();
    }

    /// <summary>The transaction was aborted: nothing of it has a position.</summary>
    public void OnAborted()
    {
        _inTransaction = false;
        _failure = null;
        _nextOffsets.Clear();
    }

    private void OnChangelogDelivery(string topic, int partition, long offset, DeliveryFailure? failure)
    {
        if (failure is null)
            _nextOffsets[new TopicPartition(topic, partition)] = offset + 1;
        else if (failure is { IsTransient: true, Code: var code })
            _failure ??= Lost(topic, code);
        else
            _failure ??= new ProductionException($"A changelog record for {topic}-{partition} was refused: {failure.Value.Code}.");
    }

    private void OnDelivery(string topic, int partition, long offset, DeliveryFailure? failure)
    {
        if (failure is { } failed)
            Forgives(topic, failed);
    }

    private static TransactionLostException Lost(string topic, string code) =>
        new($"A record for {topic} did not arrive: {code}.", isFenced: false, new ProductionException(code));

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
            throw failure;
    }
}

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

    /// <summary>True from the first record of a transaction to its end.</summary>
    public bool InTransaction => _inTransaction;

    /// <summary>Topics whose acknowledged offsets are positions of stores.</summary>
    public HashSet<string> Changelogs { get; } = new(StringComparer.Ordinal);

    public void Send(
        string topic,
        int? partition,
        ReadOnlySpan<byte> key,
        bool hasKey,
        ReadOnlySpan<byte> value,
        bool hasValue,
        long timestamp,
        Headers headers)
    {
        ThrowIfFailed();
        EnsureTransaction();
        Producer.Send(
            topic,
            partition,
            key,
            hasKey,
            value,
            hasValue,
            timestamp,
            headers,
            Changelogs.Contains(topic) ? _onChangelog : _onDelivery);
    }

    public int PartitionCount(string topic) => _partitionCount(topic);

    public long? NextOffset(TopicPartition partition) =>
        _nextOffsets.TryGetValue(partition, out var offset) ? offset : null;

    public void Flush()
    {
        Producer.Flush();
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
        _inTransaction = false;
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
        if (failure is not { } failed)
            return;
        if (failed.IsTransient)
        {
            _failure ??= Lost(topic, failed.Code);
            return;
        }

        var refused = new ProductionException($"A record for {topic} was refused: {failed.Code}.");
        if (_onError(new ErrorContext(refused, null, null, null)) == ErrorVerdict.Fail)
            _failure ??= refused;
    }

    private static TransactionLostException Lost(string topic, string code) =>
        new($"A record for {topic} did not arrive: {code}.", isFenced: false, new ProductionException(code));

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
            throw failure;
    }
}

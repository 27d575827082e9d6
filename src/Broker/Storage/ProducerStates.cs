using System.Runtime.InteropServices;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <summary>Who appends.</summary>
internal enum AppendOrigin
{
    /// <summary>A client's Produce request: everything is checked.</summary>
    Client,

    /// <summary>A coordinator of this broker: no sequence numbers, control batches allowed.</summary>
    Coordinator,
}

/// <summary>
/// The producers that one partition knows: their epochs, their last five batches and their open transactions. Pure state
/// without locks; the partition's log guards it and drives it with each batch in order, also in recovery.
/// </summary>
/// <remarks>The rules are those of KIP-98 (exactly once), KIP-360 (unknown producers) and KIP-890 (verification).</remarks>
internal sealed class ProducerStates
{
    private readonly Dictionary<long, ProducerState> _producers = [];
    private readonly SortedDictionary<long, long> _open = []; // first offset -> producer id
    private readonly SortedDictionary<long, long> _ended = []; // first offset -> offset of the marker, not yet durable

    /// <summary>All producers, in no order.</summary>
    public IReadOnlyCollection<ProducerState> All => _producers.Values;

    /// <summary>The first offset that is not decided for readers: that of the oldest transaction without a durable end.</summary>
    public long? FirstUndecided
    {
        get
        {
            var open = First(_open);
            var ended = First(_ended);
            return open is null || ended is null ? open ?? ended : Math.Min(open.Value, ended.Value);
        }
    }

    /// <summary>What is known of a producer, or null.</summary>
    public ProducerState? Find(long producerId) => _producers.GetValueOrDefault(producerId);

    /// <summary>Whether a batch may be appended. Changes nothing.</summary>
    /// <param name="batch">The batch's header; it has a producer id and is not a control batch.</param>
    /// <param name="origin">Coordinators write without sequence numbers.</param>
    /// <param name="duplicate">The batch that was written when this one came before; the answer is then success.</param>
    public ErrorCode Check(in RecordBatch batch, AppendOrigin origin, out WrittenBatch? duplicate)
    {
        duplicate = null;
        var state = Find(batch.ProducerId);
        if (state is null)
            return ErrorCode.None;
        if (origin == AppendOrigin.Client)
        {
            var last = ProducerState.Advance(batch.BaseSequence, batch.LastOffsetDelta);
            duplicate = state.Duplicate(batch.ProducerEpoch, batch.BaseSequence, last);
            if (duplicate is not null)
                return ErrorCode.None;
        }

        if (batch.ProducerEpoch < state.Epoch)
            return ErrorCode.InvalidProducerEpoch;
        if (state.TransactionStart >= 0 && !batch.IsTransactional)
            return ErrorCode.InvalidTxnState;
        return origin == AppendOrigin.Coordinator || InSequence(state, batch)
            ? ErrorCode.None
            : ErrorCode.OutOfOrderSequenceNumber;
    }

    /// <summary>Takes a data batch that was appended into account.</summary>
    public void Appended(in RecordBatch batch, long baseOffset, long now)
    {
        ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_producers, batch.ProducerId, out _);
        state ??= new ProducerState(batch.ProducerId);
        state.AdoptEpoch(batch.ProducerEpoch);
        state.LastWritten = now;
        var lastOffset = baseOffset + batch.LastOffsetDelta;
        var lastSequence = batch.BaseSequence < 0
            ? -1
            : ProducerState.Advance(batch.BaseSequence, batch.LastOffsetDelta);
        state.Remember(new(batch.BaseSequence, lastSequence, baseOffset, lastOffset, batch.MaxTimestamp));
        if (!batch.IsTransactional || state.TransactionStart >= 0)
            return;
        state.TransactionStart = baseOffset;
        _open.Add(baseOffset, batch.ProducerId);
    }

    /// <summary>Whether a transaction marker may be appended. Changes nothing.</summary>
    public ErrorCode CheckMarker(long producerId, short epoch, int coordinatorEpoch)
    {
        var state = Find(producerId);
        if (state is null)
            return ErrorCode.None;
        if (epoch < state.Epoch)
            return ErrorCode.InvalidProducerEpoch;
        return coordinatorEpoch < state.CoordinatorEpoch ? ErrorCode.TransactionCoordinatorFenced : ErrorCode.None;
    }

    /// <summary>
    /// Takes a marker that was appended into account; until <see cref="Durable"/> passes it, the transaction stays undecided.
    /// </summary>
    /// <returns>The first offset of the transaction that it ended, or null when the producer had none here.</returns>
    public long? Ended(long producerId, short epoch, TransactionMarker marker, long offset, long timestamp, long now)
    {
        ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_producers, producerId, out _);
        state ??= new ProducerState(producerId);
        state.AdoptEpoch(epoch);
        state.CoordinatorEpoch = marker.CoordinatorEpoch;
        state.LastTimestamp = timestamp;
        state.LastWritten = now;
        var start = state.TransactionStart;
        if (start < 0)
            return null;
        state.TransactionStart = ProducerState.NoTransaction;
        _open.Remove(start);
        _ended.Add(start, offset);
        return start;
    }

    /// <summary>Notes that a producer had an epoch, without anything that it wrote.</summary>
    public void Seen(long producerId, short epoch, long now)
    {
        ref var state = ref CollectionsMarshal.GetValueRefOrAddDefault(_producers, producerId, out _);
        state ??= new ProducerState(producerId);
        state.LastWritten = now;
        if (epoch > state.Epoch)
            state.AdoptEpoch(epoch);
    }

    /// <summary>
    /// Takes a marker that was appended, now or before a crash, into account, and notes the transaction if it was aborted.
    /// </summary>
    /// <exception cref="IOException">The index of aborted transactions could not be written.</exception>
    public void Replay(
        AbortedIndex aborted, long producerId, short epoch, TransactionMarker marker, long offset, long timestamp, long now)
    {
        if (Ended(producerId, epoch, marker, offset, timestamp, now) is { } start && !marker.IsCommit)
            aborted.Add(new(producerId, start, offset, StableAfter(offset)));
    }

    /// <summary>Everything before an offset is durable: transactions whose marker lies before it are decided.</summary>
    public void Durable(long before)
    {
        while (_ended.Count > 0)
        {
            var (start, marker) = _ended.First();
            if (marker >= before)
                return;
            _ended.Remove(start);
        }
    }

    /// <summary>The last stable offset that will hold once a marker is durable: up to the oldest open transaction.</summary>
    public long StableAfter(long markerOffset) => First(_open) ?? markerOffset + 1;

    /// <summary>Forgets producers that wrote nothing since a time and have no open transaction.</summary>
    /// <param name="notSince">In epoch milliseconds of this broker's clock.</param>
    public void Expire(long notSince)
    {
        foreach (var (id, state) in _producers)
        {
            if (state.TransactionStart < 0 && state.LastWritten < notSince)
                _producers.Remove(id);
        }
    }

    /// <summary>Puts a producer back, from a snapshot.</summary>
    public void Restore(ProducerState state)
    {
        _producers[state.ProducerId] = state;
        if (state.TransactionStart >= 0)
            _open.Add(state.TransactionStart, state.ProducerId);
    }

    private static bool InSequence(ProducerState state, in RecordBatch batch) =>
        state.Epoch == ProducerState.NoEpoch
        || (batch.ProducerEpoch == state.Epoch
            ? ProducerState.Follows(state.LastSequence, batch.BaseSequence)
            : batch.BaseSequence == 0);

    private static long? First(SortedDictionary<long, long> offsets)
    {
        foreach (var (first, _) in offsets)
            return first;
        return null;
    }
}

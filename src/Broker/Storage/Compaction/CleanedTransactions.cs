using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <summary>
/// Follows the transactions through the batches that compaction reads, in order: which batches belong to aborted ones, and
/// which markers nothing is left of.
/// </summary>
/// <param name="aborted">The aborted transactions of the log, in any order.</param>
internal sealed class CleanedTransactions(IEnumerable<AbortedTransaction> aborted)
{
    private readonly AbortedTransaction[] _aborted = [.. aborted.OrderBy(transaction => transaction.FirstOffset)];
    private readonly Dictionary<long, Aborted> _abortedOpen = [];
    private readonly HashSet<long> _committedOpen = [];
    private int _begun;

    /// <summary>Takes a data batch; answers whether it belongs to an aborted transaction, so that its records may go.</summary>
    public bool Read(in RecordBatch batch)
    {
        Begin(batch.LastOffset);
        if (!batch.IsTransactional)
            return false;
        if (_abortedOpen.TryGetValue(batch.ProducerId, out var transaction))
        {
            transaction.HasBatches = true;
            return true;
        }

        _committedOpen.Add(batch.ProducerId);
        return false;
    }

    /// <summary>
    /// Takes a control batch; answers whether no batch of its transaction is left, so that the marker may go when its time has
    /// come.
    /// </summary>
    /// <param name="batch">The batch.</param>
    /// <param name="entry">The aborted transaction that the marker ends, if it is to stay known.</param>
    public bool ReadMarker(in RecordBatch batch, out AbortedTransaction? entry)
    {
        entry = null;
        Begin(batch.LastOffset);
        if (batch.Count == 0 || TransactionMarker.Read(batch) is not { } marker)
            return true;
        if (marker.IsCommit)
            return !_committedOpen.Remove(batch.ProducerId);
        if (!_abortedOpen.Remove(batch.ProducerId, out var transaction) || !transaction.HasBatches)
            return true;
        entry = transaction.Entry;
        return false;
    }

    private void Begin(long upTo)
    {
        for (; _begun < _aborted.Length && _aborted[_begun].FirstOffset <= upTo; _begun++)
            _abortedOpen.TryAdd(_aborted[_begun].ProducerId, new(_aborted[_begun]));
    }

    private sealed class Aborted(AbortedTransaction entry)
    {
        public AbortedTransaction Entry => entry;

        public bool HasBatches { get; set; }
    }
}

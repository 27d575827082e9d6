using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Coordination;

/// <summary>
/// The offsets of a group: committed ones, and those that wait for the end of a producer's transaction. Not
/// thread-safe.
/// </summary>
/// <remarks>
/// Every commit has its place in the log, here counted by a sequence. When a transaction ends, its offsets win only
/// over what was committed before them, not over a plain commit that came after: as a reader of the log sees it.
/// </remarks>
internal sealed class GroupOffsets
{
    private readonly Dictionary<TopicPartition, Placed> _committed = [];
    private readonly Dictionary<long, Dictionary<TopicPartition, Placed>> _pending = [];
    private long _next;

    /// <summary>Whether nothing is held, committed or pending.</summary>
    public bool IsEmpty => _committed.Count == 0 && _pending.Count == 0;

    public IReadOnlyCollection<TopicPartition> Partitions => _committed.Keys;

    /// <summary>Producers whose transactions hold offsets here.</summary>
    public IReadOnlyCollection<long> PendingProducers => _pending.Keys;

    public CommittedOffset? Find(TopicPartition partition) =>
        _committed.TryGetValue(partition, out var placed) ? placed.Value : null;

    /// <summary>Whether a transaction that is not over would change the partition's offset.</summary>
    public bool IsPending(TopicPartition partition)
    {
        foreach (var offsets in _pending.Values)
        {
            if (offsets.ContainsKey(partition))
            {
                return true;
            }
        }

        return false;
    }

    public void Commit(TopicPartition partition, CommittedOffset value) =>
        _committed[partition] = new Placed(value, _next++);

    public void CommitPending(long producerId, TopicPartition partition, CommittedOffset value)
    {
        if (!_pending.TryGetValue(producerId, out var offsets))
        {
            _pending[producerId] = offsets = [];
        }

        offsets[partition] = new Placed(value, _next++);
    }

    /// <summary>The end of a producer's transaction; false when it held nothing here.</summary>
    public bool Complete(long producerId, bool committed)
    {
        if (!_pending.Remove(producerId, out var offsets))
        {
            return false;
        }

        if (committed)
        {
            foreach (var (partition, placed) in offsets)
            {
                if (!_committed.TryGetValue(partition, out var current) || current.Place < placed.Place)
                {
                    _committed[partition] = placed;
                }
            }
        }

        return true;
    }

    /// <summary>Removes a committed and any pending offset; true when there was one.</summary>
    public bool Remove(TopicPartition partition)
    {
        var removed = _committed.Remove(partition);
        foreach (var (producerId, offsets) in _pending)
        {
            if (offsets.Remove(partition))
            {
                removed = true;
                if (offsets.Count == 0)
                {
                    _pending.Remove(producerId);
                }
            }
        }

        return removed;
    }

    /// <summary>Removes everything, with a record for each partition.</summary>
    public void RemoveAll(List<GroupRecord> records)
    {
        foreach (var partition in _committed.Keys.Union(_pending.Values.SelectMany(offsets => offsets.Keys)))
        {
            records.Add(new OffsetRecord(partition, null));
        }

        _committed.Clear();
        _pending.Clear();
    }

    private readonly record struct Placed(CommittedOffset Value, long Place);
}

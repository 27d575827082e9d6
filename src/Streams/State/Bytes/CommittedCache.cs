namespace MedStreams.Streams.State;

/// <summary>
/// Committed entries of one store that are kept in managed memory, where they are found much faster than in RocksDB: those last read,
/// known to be absent, or committed. It takes entries until the thread's bound is reached (<c>statestore.cache.max.bytes</c> once more), and then only
/// follows those it has, by at most a quarter more. One that is hardly ever hit is emptied at a commit and stays so for a while, longer each time: keys
/// that never come again, as those of windows, then cost next to nothing. Owned by the task's thread.
/// </summary>
internal sealed class CommittedCache(CacheBudget budget)
{
    private const int ReadsToJudge = 16 * 1024;
    private const int LeastHitShare = 8; // one read of so many
    private const int LongestRest = 64 * ReadsToJudge;
    private const int IdleCommits = 1000;

    private readonly Overlay _entries = new();
    private long _accounted;
    private int _reads;
    private int _hits;
    private int _rest;
    private int _nextRest = ReadsToJudge;
    private int _idle;
    private bool _isFull;

    /// <summary>How many entries there are.</summary>
    public int Count => _entries.Count;

    /// <summary>Looks a key up; the value is valid until the next commit.</summary>
    public bool TryGet(ReadOnlySpan<byte> key, uint hash, out StoreValue value)
    {
        _reads++;
        var index = _entries.Find(key, hash);
        if (index < 0)
        {
            value = StoreValue.None;
            return false;
        }

        _hits++;
        value = _entries.IsDeleted(index) ? StoreValue.None : new StoreValue(_entries.Value(index));
        return true;
    }

    /// <summary>Keeps what a read has found.</summary>
    public void Admit(ReadOnlySpan<byte> key, uint hash, StoreValue value)
    {
        if (_rest > 0)
            _rest--;
        else if (HasRoom(key.Length + value.Bytes.Length))
            Set(key, hash, value.Bytes, !value.Exists);
    }

    /// <summary>An entry is committed: it replaces what is known of its key.</summary>
    public void Follow(ReadOnlySpan<byte> key, uint hash, ReadOnlySpan<byte> value, bool isDeleted)
    {
        // What nobody reads need not be kept.
        var isWanted = _reads > 0 && _rest == 0;
        if (_entries.Find(key, hash) >= 0 || (isWanted && HasRoom(key.Length + value.Length)))
            Set(key, hash, value, isDeleted);
    }

    /// <summary>To be called after each commit: empties a cache that is of no use.</summary>
    public void Judge()
    {
        // Values that grow leave their old place unused, and the bound may have been lowered.
        if (budget.CommittedBytes > budget.MaxBytes + (budget.MaxBytes / 4))
        {
            Clear();
            return;
        }

        if (_reads == 0)
        {
            if (Count > 0 && ++_idle >= IdleCommits)
                Clear();
            return;
        }

        _idle = 0;
        if (_reads < ReadsToJudge)
            return;
        if (_hits >= _reads / LeastHitShare)
        {
            _nextRest = ReadsToJudge;
        }
        else if (_isFull)
        {
            Clear();
            (_rest, _nextRest) = (_nextRest, Math.Min(_nextRest * 2, LongestRest));
        }

        (_reads, _hits) = (0, 0);
    }

    /// <summary>Forgets all entries.</summary>
    public void Clear()
    {
        _entries.Clear();
        budget.CommittedBytes -= _accounted;
        (_accounted, _reads, _hits, _idle, _isFull) = (0, 0, 0, 0, false);
    }

    private bool HasRoom(int more)
    {
        if (budget.CommittedBytes + more <= budget.MaxBytes)
            return true;
        _isFull = true;
        return false;
    }

    private void Set(ReadOnlySpan<byte> key, uint hash, ReadOnlySpan<byte> value, bool isDeleted)
    {
        _entries.Set(key, hash, value, isDeleted);
        budget.CommittedBytes += _entries.Bytes - _accounted;
        _accounted = _entries.Bytes;
    }
}

namespace MedStreams.Streams.State;

/// <summary>Committed content in managed memory that one thread writes and others read. Reads get copies.</summary>
internal sealed class SharedMemoryBytes : CommittedBytes
{
    private readonly MemoryBytes _content = new();
    private readonly Lock _lock = new();

    public override long ApproximateCount
    {
        get
        {
            lock (_lock)
                return _content.ApproximateCount;
        }
    }

    public override StoreValue Get(ReadOnlySpan<byte> key)
    {
        // The arrays are never changed, only replaced, so the span outlives the lock.
        lock (_lock)
            return _content.Get(key);
    }

    public override void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        lock (_lock)
            _content.Put(key, value);
    }

    public override void Delete(ReadOnlySpan<byte> key)
    {
        lock (_lock)
            _content.Delete(key);
    }

    public override void DeleteBelow(byte[] start, byte[] key)
    {
        lock (_lock)
            _content.DeleteBelow(start, key);
    }

    public override void Written()
    {
        // Applied already.
    }

    public override void Reset()
    {
        lock (_lock)
            _content.Reset();
    }

    public override CommittedCursor Rent() => new Cursor(this);

    public override CommittedCursor Open() => Rent();

    public override void Return(CommittedCursor cursor)
    {
        // Cursors over memory hold nothing.
    }

    /// <summary>Seeks anew at each step, so that the content may change between them.</summary>
    private sealed class Cursor(SharedMemoryBytes owner) : CommittedCursor
    {
        private byte[]? _key;
        private byte[] _value = [];

        public override bool Valid => _key is not null;

        public override ReadOnlySpan<byte> Key => _key;

        public override ReadOnlySpan<byte> Value => _value;

        public override void SeekFirst(ReadOnlySpan<byte> lower)
        {
            lock (owner._lock)
            {
                var inner = owner._content.Rent();
                inner.SeekFirst(lower);
                Take(inner);
            }
        }

        public override void SeekLast(ReadOnlySpan<byte> upper)
        {
            lock (owner._lock)
            {
                var inner = owner._content.Rent();
                inner.SeekLast(upper);
                Take(inner);
            }
        }

        public override void Next() => SeekFirst([.. _key!, 0]);

        public override void Previous()
        {
            // An empty bound would be open: below the empty key there is nothing.
            if (_key!.Length == 0)
                _key = null;
            else
                SeekLast(_key);
        }

        private void Take(CommittedCursor inner)
        {
            _key = inner.Valid ? inner.Key.ToArray() : null;
            _value = inner.Valid ? inner.Value.ToArray() : [];
        }
    }
}

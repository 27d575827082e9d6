namespace MedStreams.Streams.State;

/// <summary>Committed content in managed memory.</summary>
internal sealed class MemoryBytes : CommittedBytes
{
    private readonly SortedBlocks<Entry, Keys> _entries = new(default);
    private long _written;

    public override long ApproximateCount => _entries.Count;

    public override StoreValue Get(ReadOnlySpan<byte> key)
    {
        var position = _entries.Seek(key, out var found);
        return found ? new StoreValue(_entries[position].Value) : StoreValue.None;
    }

    public override void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        var position = _entries.Seek(key, out var found);
        if (found)
            (_entries[position].Value, _entries[position].Written) = (value.ToArray(), _written++);
        else
            _entries.Insert(position, new Entry { Key = key.ToArray(), Value = value.ToArray(), Written = _written++ });
    }

    public override IEnumerable<(byte[] Key, byte[] Value)> InOrderOfWriting()
    {
        var all = new List<Entry>();
        for (var at = _entries.First; _entries.IsValid(at); at = _entries.Next(at))
            all.Add(_entries[at]);
        return all.OrderBy(e => e.Written).Select(e => (e.Key, e.Value));
    }

    public override void Delete(ReadOnlySpan<byte> key)
    {
        var position = _entries.Seek(key, out var found);
        if (found)
            _entries.RemoveAt(position);
    }

    public override void DeleteBelow(byte[] start, byte[] key)
    {
        while (_entries.Count > 0 && _entries[_entries.First].Key.AsSpan().SequenceCompareTo(key) < 0)
            _entries.RemoveAt(_entries.First);
    }

    public override void Written()
    {
        // Applied already.
    }

    public override void Reset() => _entries.Clear();

    public override CommittedCursor Rent() => new Cursor(_entries);

    public override CommittedCursor Open() => Rent();

    public override void Return(CommittedCursor cursor)
    {
        // Cursors over memory hold nothing.
    }

    private readonly struct Keys : IKeyOf<Entry>
    {
        public ReadOnlySpan<byte> KeyOf(Entry item) => item.Key;
    }

    private struct Entry
    {
        public byte[] Key;
        public byte[] Value;
        public long Written;
    }

    private sealed class Cursor(SortedBlocks<Entry, Keys> entries) : CommittedCursor
    {
        private BlockPosition _at = new(-1, 0);

        public override bool Valid => entries.IsValid(_at);

        public override ReadOnlySpan<byte> Key => entries[_at].Key;

        public override ReadOnlySpan<byte> Value => entries[_at].Value;

        public override void SeekFirst(ReadOnlySpan<byte> lower) => _at = entries.Seek(lower, out _);

        public override void SeekLast(ReadOnlySpan<byte> upper) =>
            _at = upper.Length == 0 ? entries.Last : entries.SeekBelow(upper);

        public override void Next() => _at = entries.Next(_at);

        public override void Previous() => _at = entries.Previous(_at);
    }
}

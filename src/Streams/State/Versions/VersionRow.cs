using System.Buffers.Binary;

namespace MedStreams.Streams.State;

/// <summary>
/// The versions of one key in one segment, newest first, without gaps: each holds until the one before it begins, the newest until
/// <see cref="Next"/>. A row without versions says only that nothing holds from <see cref="Next"/> on. One row is loaded, changed and written
/// again and again.
/// </summary>
/// <remarks>
/// Bytes, all big-endian: <see cref="Next"/> (8), number of versions (4), of each version its begin (8) and the length of its value (4, -1 for a
/// deletion), then the values in the same order.
/// </remarks>
internal sealed class VersionRow
{
    private const int HeaderBytes = sizeof(long) + sizeof(int);
    private const int EntryBytes = sizeof(long) + sizeof(int);
    private const int Deleted = -1;

    private readonly List<Entry> _entries = [];
    private readonly ScratchWriter _values = new();

    /// <summary>Where the newest version ends.</summary>
    public long Next { get; private set; }

    public int Count => _entries.Count;

    /// <summary>Where the newest version of a row ends.</summary>
    public static long NextOf(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt64BigEndian(row);

    /// <summary>Where the oldest version of a row begins; its end where it has none.</summary>
    public static long MinOf(ReadOnlySpan<byte> row)
    {
        var count = CountOf(row);
        return count == 0 ? NextOf(row) : FromOf(row, count - 1);
    }

    /// <summary>Finds the version that holds at a time between the row's begin and end.</summary>
    /// <returns>False where that version is a deletion.</returns>
    public static bool TryFind(
        ReadOnlySpan<byte> row, long time, out ReadOnlySpan<byte> value, out long from, out long to)
    {
        var count = CountOf(row);
        var at = HeaderBytes + (count * EntryBytes);
        to = NextOf(row);
        for (var i = 0; i < count; i++)
        {
            from = FromOf(row, i);
            var length = LengthOf(row, i);
            if (from <= time)
            {
                value = row.Slice(at, Math.Max(0, length));
                return length != Deleted;
            }

            to = from;
            at += Math.Max(0, length);
        }

        throw new InvalidOperationException($"A row that begins at {MinOf(row)} was asked for {time}.");
    }

    /// <summary>Begins with a row of one version.</summary>
    public void Start(ReadOnlySpan<byte> value, bool deleted, long from, long to)
    {
        StartEmpty(to);
        _entries.Add(Append(value, deleted, from));
    }

    /// <summary>Begins with a row without versions.</summary>
    public void StartEmpty(long next)
    {
        _entries.Clear();
        _values.Reset();
        Next = next;
    }

    public void Load(ReadOnlySpan<byte> row)
    {
        StartEmpty(NextOf(row));
        var count = CountOf(row);
        _values.Write(row[(HeaderBytes + (count * EntryBytes))..]);
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            var length = LengthOf(row, i);
            _entries.Add(new Entry(FromOf(row, i), at, length));
            at += Math.Max(0, length);
        }
    }

    public void WriteTo(ScratchWriter destination)
    {
        destination.Reset().WriteInt64(Next);
        destination.WriteInt32(_entries.Count);
        foreach (var entry in _entries)
        {
            destination.WriteInt64(entry.From);
            destination.WriteInt32(entry.Length);
        }

        foreach (var entry in _entries)
            destination.Write(ValueOf(entry));
    }

    /// <summary>The index of the version that holds at a time.</summary>
    public int IndexAt(long time) => _entries.FindIndex(e => e.From <= time);

    public long From(int index) => _entries[index].From;

    public long To(int index) => index == 0 ? Next : _entries[index - 1].From;

    public bool IsDeleted(int index) => _entries[index].Length == Deleted;

    public ReadOnlySpan<byte> Value(int index) => ValueOf(_entries[index]);

    /// <summary>Adds a version above all others; between them, where there is room, nothing holds.</summary>
    public void AddNewest(ReadOnlySpan<byte> value, bool deleted, long from, long to)
    {
        if (from < Next)
            throw new InvalidOperationException($"A version from {from} on overlaps those until {Next}.");
        if (from > Next)
            _entries.Insert(0, Append(default, true, Next));
        _entries.Insert(0, Append(value, deleted, from));
        Next = to;
    }

    /// <summary>Adds a version below all others, which holds until the oldest of them begins.</summary>
    public void AddOldest(ReadOnlySpan<byte> value, bool deleted, long from) => _entries.Add(Append(value, deleted, from));

    /// <summary>Adds a version above the one with that index, which it cuts off.</summary>
    public void Insert(int index, ReadOnlySpan<byte> value, bool deleted, long from) =>
        _entries.Insert(index, Append(value, deleted, from));

    /// <summary>Puts a version in the place of another.</summary>
    public void Replace(int index, ReadOnlySpan<byte> value, bool deleted, long from) =>
        _entries[index] = Append(value, deleted, from);

    private static int CountOf(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt32BigEndian(row[sizeof(long)..]);

    private static long FromOf(ReadOnlySpan<byte> row, int index) =>
        BinaryPrimitives.ReadInt64BigEndian(row[(HeaderBytes + (index * EntryBytes))..]);

    private static int LengthOf(ReadOnlySpan<byte> row, int index) =>
        BinaryPrimitives.ReadInt32BigEndian(row[(HeaderBytes + (index * EntryBytes) + sizeof(long))..]);

    private Entry Append(ReadOnlySpan<byte> value, bool deleted, long from)
    {
        var at = _values.Length;
        _values.Write(value);
        return new Entry(from, at, deleted ? Deleted : value.Length);
    }

    private ReadOnlySpan<byte> ValueOf(Entry entry) => _values.Written.Slice(entry.At, Math.Max(0, entry.Length));

    private readonly record struct Entry(long From, int At, int Length);
}

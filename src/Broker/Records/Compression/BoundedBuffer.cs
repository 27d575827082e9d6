using System.Runtime.InteropServices;

namespace MedStreams.Broker.Records;

/// <summary>A buffer that grows as it is filled, up to a limit.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct BoundedBuffer(int limit, int capacity)
{
    private byte[] _bytes = new byte[Math.Min(limit, Math.Max(capacity, 256))];
    private int _used;

    /// <summary>What was filled so far.</summary>
    public readonly ReadOnlyMemory<byte> Filled => _bytes.AsMemory(0, _used);

    /// <summary>Room for at least one byte more, or none if the limit is reached.</summary>
    public Span<byte> Room()
    {
        if (_used == _bytes.Length && _used < limit)
            Array.Resize(ref _bytes, (int)Math.Min(limit, _bytes.Length * 2L));
        return _bytes.AsSpan(_used);
    }

    /// <summary>Room for exactly so many bytes, or none if they would pass the limit.</summary>
    public Span<byte> Room(int count)
    {
        if (count > limit - _used)
            return default;
        if (count > _bytes.Length - _used)
            Array.Resize(ref _bytes, (int)Math.Min(limit, Math.Max((long)_used + count, _bytes.Length * 2L)));
        return _bytes.AsSpan(_used, count);
    }

    /// <summary>Counts bytes of the room as filled.</summary>
    public void Advance(int count) => _used += count;
}

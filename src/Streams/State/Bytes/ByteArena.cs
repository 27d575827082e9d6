using System.Buffers;

namespace MedStreams.Streams.State;

/// <summary>Bytes in a <see cref="ByteArena"/>.</summary>
internal readonly record struct ArenaSlice(int Chunk, int Offset, int Length);

/// <summary>
/// Memory that only grows until it is cleared as a whole; its chunks come from the shared pool. Slices stay where they are, so spans
/// over them are valid until <see cref="Clear"/>.
/// </summary>
internal sealed class ByteArena
{
    private const int FirstChunk = 4 * 1024;
    private const int LargestChunk = 256 * 1024;

    private readonly List<byte[]> _chunks = [];
    private int _used;

    /// <summary>Bytes taken from the pool.</summary>
    public long Capacity { get; private set; }

    public Span<byte> this[ArenaSlice slice] => _chunks[slice.Chunk].AsSpan(slice.Offset, slice.Length);

    public ArenaSlice Allocate(int length)
    {
        if (_chunks.Count == 0 || _chunks[^1].Length - _used < length)
            Grow(length);
        var slice = new ArenaSlice(_chunks.Count - 1, _used, length);
        _used += length;
        return slice;
    }

    public void Clear()
    {
        foreach (var chunk in _chunks)
            ArrayPool<byte>.Shared.Return(chunk);
        _chunks.Clear();
        _used = 0;
        Capacity = 0;
    }

    private void Grow(int length)
    {
        var size = Math.Min(FirstChunk << Math.Min(_chunks.Count, 16), LargestChunk);
        var chunk = ArrayPool<byte>.Shared.Rent(Math.Max(size, length));
        _chunks.Add(chunk);
        _used = 0;
        Capacity += chunk.Length;
    }
}

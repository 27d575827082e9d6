using System.Buffers;
using System.Buffers.Binary;

namespace MedStreams.Streams.State;

/// <summary>A buffer that serdes write into, used again and again. What was written is valid until the next reset.</summary>
internal sealed class ScratchWriter : IBufferWriter<byte>
{
    private byte[] _buffer = new byte[256];
    private int _length;

    public int Length => _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public ScratchWriter Reset()
    {
        _length = 0;
        return this;
    }

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)count, (uint)(_buffer.Length - _length), nameof(count));
        _length += count;
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Ensure(Math.Max(sizeHint, 1));
        return _buffer.AsSpan(_length);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        Ensure(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(_length));
        _length += bytes.Length;
    }

    /// <summary>Eight bytes, big-endian.</summary>
    public void WriteInt64(long value)
    {
        Ensure(sizeof(long));
        BinaryPrimitives.WriteInt64BigEndian(_buffer.AsSpan(_length), value);
        _length += sizeof(long);
    }

    /// <summary>Four bytes, big-endian.</summary>
    public void WriteInt32(int value)
    {
        Ensure(sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(_length), value);
        _length += sizeof(int);
    }

    /// <summary>Puts eight bytes, big-endian, over what was written there.</summary>
    public void PatchInt64(int offset, long value) =>
        BinaryPrimitives.WriteInt64BigEndian(_buffer.AsSpan(offset, sizeof(long)), value);

    private void Ensure(int more)
    {
        if (_buffer.Length - _length < more)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + more));
    }
}

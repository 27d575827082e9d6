using System.Buffers;
using System.Buffers.Binary;

namespace MedStreams.Broker.Protocol;

/// <summary>
/// A frame being written: a buffer from the pool, with large foreign memory attached between its bytes instead of
/// copied into them.
/// </summary>
/// <remarks>Not for use by several threads. After <see cref="Dispose"/> the segments must not be used.</remarks>
internal sealed class FrameWriter : IDisposable
{
    /// <summary>Foreign memory shorter than this, in bytes, is copied: a segment of its own would cost more.</summary>
    public const int AttachFrom = 1024;

    private readonly List<(int At, ReadOnlyMemory<byte> Bytes)> _attached = [];
    private byte[] _buffer;
    private int _used;
    private long _attachedLength;

    /// <summary>An empty frame.</summary>
    /// <param name="capacity">How many bytes of its own it will probably hold.</param>
    public FrameWriter(int capacity = 512) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>The length of the whole frame so far, attached memory included, in bytes.</summary>
    public long Length => _used + _attachedLength;

    /// <summary>The first error code that was written into the frame, for those who count them.</summary>
    public ErrorCode FirstError { get; private set; }

    /// <summary>How many bytes were written into the own buffer so far.</summary>
    public int Position => _used;

    /// <summary>The frame in segments to be sent one after the other.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Segments
    {
        get
        {
            var at = 0;
            foreach (var piece in _attached)
            {
                if (piece.At > at)
                    yield return _buffer.AsMemory(at, piece.At - at);
                yield return piece.Bytes;
                at = piece.At;
            }

            if (_used > at)
                yield return _buffer.AsMemory(at, _used - at);
        }
    }

    /// <summary>Takes the next bytes of the buffer, to be filled by the caller at once.</summary>
    public Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _used < count)
            Grow(count);
        var span = _buffer.AsSpan(_used, count);
        _used += count;
        return span;
    }

    /// <summary>Notes that the frame says that something failed.</summary>
    public void NoteError(ErrorCode error)
    {
        if (FirstError == ErrorCode.None)
            FirstError = error;
    }

    /// <summary>Appends bytes by copying them.</summary>
    public void Write(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>Appends memory that stays as it is until the frame was sent; short memory is copied.</summary>
    public void Attach(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length < AttachFrom)
        {
            Write(bytes.Span);
            return;
        }

        _attached.Add((_used, bytes));
        _attachedLength += bytes.Length;
    }

    /// <summary>Appends an unsigned number, seven bits a byte, lowest first.</summary>
    public void WriteUnsignedVarint(uint value)
    {
        var target = Reserve(Varint.SizeOf(value));
        Varint.Write(target, value);
    }

    /// <summary>Puts an unsigned number before bytes that are already written.</summary>
    public void InsertUnsignedVarint(int at, uint value)
    {
        var size = Varint.SizeOf(value);
        Reserve(size);
        _buffer.AsSpan(at, _used - size - at).CopyTo(_buffer.AsSpan(at + size));
        Varint.Write(_buffer.AsSpan(at, size), value);
        for (var i = _attached.Count - 1; i >= 0 && _attached[i].At >= at; i--)
            _attached[i] = (_attached[i].At + size, _attached[i].Bytes);
    }

    /// <summary>Overwrites one byte.</summary>
    public void SetByte(int at, byte value) => _buffer[at] = value;

    /// <summary>Overwrites four bytes with a number, highest byte first.</summary>
    public void SetInt32(int at, int value) => BinaryPrimitives.WriteInt32BigEndian(_buffer.AsSpan(at, 4), value);

    /// <summary>A copy of the whole frame.</summary>
    public byte[] ToArray()
    {
        var all = new byte[checked((int)Length)];
        var at = 0;
        foreach (var segment in Segments)
        {
            segment.Span.CopyTo(all.AsSpan(at));
            at += segment.Length;
        }

        return all;
    }

    /// <summary>Gives the buffer back to the pool.</summary>
    public void Dispose()
    {
        var buffer = _buffer;
        if (buffer.Length == 0)
            return;
        _buffer = [];
        _used = 0;
        _attached.Clear();
        _attachedLength = 0;
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Grow(int count)
    {
        var larger = ArrayPool<byte>.Shared.Rent(checked(Math.Max(_used + count, _buffer.Length * 2)));
        _buffer.AsSpan(0, _used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

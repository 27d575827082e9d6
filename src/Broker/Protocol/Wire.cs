using System.Buffers.Binary;
using System.Text;

namespace MedStreams.Broker.Protocol;

/// <summary>
/// One pass over a message, reading it from bytes or writing it to a frame, in one version. Numbers have their highest
/// byte first; in flexible versions (KIP-482) lengths are compact and each structure ends with tagged fields.
/// </summary>
/// <remarks>
/// Reading trusts nothing: what does not fit latches <see cref="Failed"/>, after which every field reads as zero, empty
/// or null and no bytes are left. Lengths are compared with the bytes that are left before anything is allocated.
/// Writing throws when the message cannot be written in this version, which is a fault of the broker.
/// </remarks>
internal ref partial struct Wire
{
    private const int MaxStringLength = short.MaxValue;

    private readonly ReadOnlyMemory<byte> _memory;
    private readonly ReadOnlySpan<byte> _source;
    private readonly FrameWriter? _target;
    private int _at;
    private int _end;
    private int _elements;

    private Wire(ReadOnlyMemory<byte> source, FrameWriter? target, short version, bool flexible)
    {
        _memory = source;
        _source = source.Span;
        _end = source.Length;
        _target = target;
        Version = version;
        IsFlexible = flexible;
    }

    /// <summary>The version of the message.</summary>
    public short Version { get; }

    /// <summary>Whether lengths are compact and structures end with tagged fields.</summary>
    public bool IsFlexible { get; }

    /// <summary>Whether something that was read did not fit.</summary>
    public bool Failed { get; private set; }

    /// <summary>How many bytes were read.</summary>
    public readonly int Consumed => _at;

    private readonly bool IsReading => _target is null;

    /// <summary>Starts to read a message.</summary>
    public static Wire Reader(ReadOnlyMemory<byte> source, short version, bool flexible) =>
        new(source, target: null, version, flexible);

    /// <summary>Starts to write a message at the end of a frame.</summary>
    public static Wire Writer(FrameWriter target, short version, bool flexible) =>
        new(default, target, version, flexible);

    /// <summary>One byte: 0 is false.</summary>
    public bool Bool(bool value) => Int8(value ? (sbyte)1 : (sbyte)0) != 0;

    /// <summary>A signed byte.</summary>
    public sbyte Int8(sbyte value)
    {
        if (IsReading)
            return Take(1, out var bytes) ? (sbyte)bytes[0] : (sbyte)0;
        _target!.Reserve(1)[0] = (byte)value;
        return value;
    }

    /// <summary>A signed number of two bytes.</summary>
    public short Int16(short value)
    {
        if (IsReading)
            return Take(2, out var bytes) ? BinaryPrimitives.ReadInt16BigEndian(bytes) : (short)0;
        BinaryPrimitives.WriteInt16BigEndian(_target!.Reserve(2), value);
        return value;
    }

    /// <summary>A signed number of four bytes.</summary>
    public int Int32(int value)
    {
        if (IsReading)
            return Take(4, out var bytes) ? BinaryPrimitives.ReadInt32BigEndian(bytes) : 0;
        BinaryPrimitives.WriteInt32BigEndian(_target!.Reserve(4), value);
        return value;
    }

    /// <summary>A signed number of eight bytes.</summary>
    public long Int64(long value)
    {
        if (IsReading)
            return Take(8, out var bytes) ? BinaryPrimitives.ReadInt64BigEndian(bytes) : 0;
        BinaryPrimitives.WriteInt64BigEndian(_target!.Reserve(8), value);
        return value;
    }

    /// <summary>An error code, in two bytes.</summary>
    public ErrorCode Error(ErrorCode value)
    {
        if (value != ErrorCode.None)
            _target?.NoteError(value);
        return (ErrorCode)Int16((short)value);
    }

    /// <summary>A UUID in sixteen bytes, in the order in which it is spelled.</summary>
    public Guid Uuid(Guid value)
    {
        if (IsReading)
            return Take(16, out var bytes) ? new Guid(bytes, bigEndian: true) : Guid.Empty;
        value.TryWriteBytes(_target!.Reserve(16), bigEndian: true, out _);
        return value;
    }

    /// <summary>A text in UTF-8, at most 32,767 bytes.</summary>
    public string String(string value) => AnyString(value, compact: IsFlexible, nullable: false) ?? "";

    /// <summary>A text that may be null.</summary>
    /// <param name="value">The text to write.</param>
    /// <param name="allowed">Whether this version allows null; otherwise null fails.</param>
    public string? NullableString(string? value, bool allowed = true) =>
        AnyString(value, compact: IsFlexible, allowed);

    /// <summary>A text that may be null, with a length of two bytes even in flexible versions.</summary>
    public string? NullableShortString(string? value) => AnyString(value, compact: false, nullable: true);

    /// <summary>Bytes. Those read are a copy.</summary>
    public byte[] Bytes(byte[] value) => NullableBytes(value, allowed: false) ?? [];

    /// <summary>Bytes that may be null. Those read are a copy.</summary>
    /// <param name="value">The bytes to write.</param>
    /// <param name="allowed">Whether this version allows null; otherwise null fails.</param>
    public byte[]? NullableBytes(byte[]? value, bool allowed = true)
    {
        if (IsReading)
        {
            return ReadLength(wide: true, allowed, out var length) && Take(length, out var bytes)
                ? bytes.ToArray()
                : null;
        }

        WriteLength(value?.Length, wide: true, allowed);
        _target!.Write(value);
        return value;
    }

    /// <summary>Record batches, passed through without a copy.</summary>
    /// <param name="value">The records to write.</param>
    /// <param name="allowed">Whether this version allows null; otherwise null fails.</param>
    public RecordData Records(RecordData value, bool allowed = true)
    {
        if (IsReading)
        {
            return ReadLength(wide: true, allowed, out var length) && Take(length, out _)
                ? new RecordData(_memory.Slice(_at - length, length))
                : default;
        }

        WriteLength(value.IsNull ? null : value.Length, wide: true, allowed);
        for (var i = 0; i < value.PieceCount; i++)
            _target!.Attach(value.Piece(i));
        return value;
    }

    private string? AnyString(string? value, bool compact, bool nullable)
    {
        if (IsReading)
        {
            if (!ReadLength(wide: false, nullable, compact, out var length))
                return null;
            if (length > MaxStringLength)
                Fail();
            return Take(length, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;
        }

        if (value is null)
        {
            WriteLength(null, wide: false, nullable, compact);
            return null;
        }

        var size = Encoding.UTF8.GetByteCount(value);
        if (size > MaxStringLength)
            throw new InvalidOperationException($"A text of {size} bytes is beyond the protocol's {MaxStringLength}.");
        WriteLength(size, wide: false, nullable, compact);
        Encoding.UTF8.GetBytes(value, _target!.Reserve(size));
        return value;
    }

    /// <summary>Reads a length; answers false, and 0, for null and after a failure.</summary>
    private bool ReadLength(bool wide, bool nullable, out int length) =>
        ReadLength(wide, nullable, IsFlexible, out length);

    private bool ReadLength(bool wide, bool nullable, bool compact, out int length)
    {
        if (compact)
            length = (int)(ReadUnsignedVarint() - 1);
        else
            length = wide ? Int32(0) : Int16(0);

        if (!Failed && length >= 0 && length <= _end - _at)
            return true;
        if (Failed || length >= 0 || !nullable)
            Fail();
        length = 0;
        return false;
    }

    private readonly void WriteLength(int? length, bool wide, bool nullable) =>
        WriteLength(length, wide, nullable, IsFlexible);

    private readonly void WriteLength(int? length, bool wide, bool nullable, bool compact)
    {
        if (length is null && !nullable)
            throw new InvalidOperationException($"Version {Version} of the message has no null for this field.");
        if (compact)
            _target!.WriteUnsignedVarint((uint)((length ?? -1) + 1));
        else if (wide)
            BinaryPrimitives.WriteInt32BigEndian(_target!.Reserve(4), length ?? -1);
        else
            BinaryPrimitives.WriteInt16BigEndian(_target!.Reserve(2), (short)(length ?? -1));
    }

    private uint ReadUnsignedVarint()
    {
        var size = Varint.TryRead(_source[_at.._end], out var value);
        if (size == 0)
            Fail();
        _at += size;
        return value;
    }

    private bool Take(int count, out ReadOnlySpan<byte> bytes)
    {
        if (count > _end - _at || Failed)
        {
            Fail();
            bytes = default;
            return false;
        }

        bytes = _source.Slice(_at, count);
        _at += count;
        return true;
    }

    private void Fail()
    {
        Failed = true;
        _end = _at;
    }
}

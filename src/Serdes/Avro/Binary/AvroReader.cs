using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace MedStreams.Serialization.Avro;

/// <summary>
/// Reads Avro's binary encoding. It never throws for what it reads: the first fault is kept, and from then on there are no more
/// bytes, collections end and values are defaults. Whoever makes objects of what was read asks <see cref="Failed"/> first.
/// </summary>
internal ref struct AvroReader(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _end = data.Length;
    private int _depth;
    private int _itemsWithoutBytes = AvroLimits.ItemsWithoutBytes;

    /// <summary>The bytes used so far.</summary>
    public int Position { get; private set; }

    /// <summary>The first fault.</summary>
    public AvroFault Fault { get; private set; }

    /// <summary>Where the value with the first fault begins.</summary>
    public int FaultPosition { get; private set; }

    /// <summary>More about an unreadable value: types and names, never content.</summary>
    public string? FaultDetail { get; private set; }

    public readonly bool Failed => Fault != AvroFault.None;

    public readonly int Remaining => _end - Position;

    /// <summary>Notes a fault, if it is the first.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Fail(AvroFault fault, int at, string? detail = null)
    {
        if (Failed)
            return;
        Fault = fault;
        FaultPosition = at;
        FaultDetail = detail;
        _end = Position;
    }

    /// <summary>Notes that the value that was just read, or comes next, cannot become what the reader wants.</summary>
    public void Refuse(string detail) => Fail(AvroFault.Unreadable, Position, detail);

    /// <summary>Begins a record or a collection.</summary>
    public bool Enter()
    {
        if (++_depth <= AvroLimits.Depth)
            return true;
        Fail(AvroFault.TooDeep, Position);
        return false;
    }

    /// <summary>Ends a record or a collection.</summary>
    public void Leave() => _depth--;

    public bool ReadBoolean()
    {
        if (Position >= _end)
        {
            Fail(AvroFault.EndOfData, Position);
            return false;
        }

        var value = _data[Position++];
        if (value > 1)
            Fail(AvroFault.NoBoolean, Position - 1);
        return value == 1;
    }

    public int ReadInt32()
    {
        if (Position >= _end || _data[Position] >= 0x80)
            return ReadLongInt32();
        var value = (int)_data[Position++];
        return (value >> 1) ^ -(value & 1);
    }

    public long ReadInt64()
    {
        if (Position >= _end || _data[Position] >= 0x80)
            return ReadLongInt64();
        var value = (long)_data[Position++];
        return (value >> 1) ^ -(value & 1);
    }

    public float ReadSingle() => Take(4) is { Length: 4 } bytes ? BinaryPrimitives.ReadSingleLittleEndian(bytes) : 0;

    public double ReadDouble() => Take(8) is { Length: 8 } bytes ? BinaryPrimitives.ReadDoubleLittleEndian(bytes) : 0;

    /// <summary>A length and as many bytes: those of a string or of bytes. Valid as long as the data.</summary>
    public ReadOnlySpan<byte> ReadSpan()
    {
        var at = Position;
        var length = ReadInt64();
        if (Failed)
            return default;
        if (length >= 0 && length <= Remaining)
            return Take((int)length);
        Position = at;
        Fail(length < 0 ? AvroFault.NegativeLength : AvroFault.LengthBeyondData, at);
        return default;
    }

    /// <summary>UTF-8; what is none becomes U+FFFD.</summary>
    public string ReadString() => Encoding.UTF8.GetString(ReadSpan());

    public byte[] ReadBytes() => ReadSpan().ToArray();

    /// <summary>So many bytes, or none if there are not as many.</summary>
    public ReadOnlySpan<byte> Take(int count)
    {
        if (count > Remaining)
        {
            Fail(AvroFault.EndOfData, Position);
            return default;
        }

        var taken = _data.Slice(Position, count);
        Position += count;
        return taken;
    }

    /// <summary>The index of a union's branch.</summary>
    public int ReadBranch(int branches) => ReadIndex(branches, AvroFault.UnionIndex);

    /// <summary>The index of an enum's symbol.</summary>
    public int ReadSymbol(int symbols) => ReadIndex(symbols, AvroFault.EnumIndex);

    /// <summary>
    /// The number of items in the next block of an array or map, 0 at its end. What is claimed is checked against the bytes
    /// that are there; <paramref name="least"/> is how many an item has at least.
    /// </summary>
    /// <param name="least">The fewest bytes of an item.</param>
    /// <param name="blockEnd">Where the block says that it ends, for <see cref="EndBlock"/>; -1 where it does not say.</param>
    public int ReadBlock(int least, out int blockEnd)
    {
        blockEnd = -1;
        var at = Position;
        var count = ReadInt64();
        var room = Remaining;
        if (count < 0)
        {
            count = -count;
            var size = ReadInt64();
            room = Remaining;
            if (size < 0 || size > room)
                Fail(size < 0 ? AvroFault.NegativeLength : AvroFault.LengthBeyondData, at);
            room = (int)Math.Clamp(size, 0, room);
            blockEnd = Position + room;
        }

        if (Failed)
            return 0;
        if (least > 0 ? count <= room / least && count >= 0 : TakeItemsWithoutBytes(count))
            return (int)count;
        Fail(AvroFault.TooManyItems, at);
        return 0;
    }

    /// <summary>Checks that a block's items took as many bytes as it said.</summary>
    public void EndBlock(int blockEnd)
    {
        if (blockEnd >= 0 && blockEnd != Position)
            Fail(AvroFault.BlockSize, Position);
    }

    private bool TakeItemsWithoutBytes(long count)
    {
        if (count < 0 || count > _itemsWithoutBytes)
            return false;
        _itemsWithoutBytes -= (int)count;
        return true;
    }

    private int ReadIndex(int count, AvroFault fault)
    {
        var at = Position;
        var index = ReadInt32();
        if ((uint)index < (uint)count)
            return index;
        Fail(fault, at);
        return 0;
    }

    private int ReadLongInt32()
    {
        var value = ReadVarint(5, 0x0F);
        return (int)(value >> 1) ^ -(int)(value & 1);
    }

    private long ReadLongInt64()
    {
        var value = ReadVarint(10, 0x01);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>A number of at most so many bytes, the last of which holds no bits beyond those given.</summary>
    private ulong ReadVarint(int most, byte last)
    {
        var value = 0ul;
        for (var i = 0; i < most; i++)
        {
            if (Position + i >= _end)
            {
                Fail(AvroFault.EndOfData, Position);
                return 0;
            }

            var next = _data[Position + i];
            value |= (ulong)(next & 0x7F) << (7 * i);
            if (next >= 0x80)
                continue;
            if (i == most - 1 && next > last)
            {
                Fail(AvroFault.NumberTooLarge, Position);
                return 0;
            }

            Position += i + 1;
            return value;
        }

        Fail(AvroFault.NumberTooLong, Position);
        return 0;
    }
}

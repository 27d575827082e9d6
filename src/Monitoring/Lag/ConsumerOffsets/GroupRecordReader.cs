using System.Buffers.Binary;
using System.Text;

namespace MedStreams.Monitoring.Lag.ConsumerOffsets;

/// <summary>
/// Reads the fields of the group coordinator's records, plain or compact. Where something does not fit it fails from there on, and every further field is
/// empty: look at <see cref="HasFailed"/> at the end.
/// </summary>
internal ref struct GroupRecordReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    public bool HasFailed { get; private set; }

    public short Int16() => Take(2) is { Length: 2 } b ? BinaryPrimitives.ReadInt16BigEndian(b) : (short)0;

    public int Int32() => Take(4) is { Length: 4 } b ? BinaryPrimitives.ReadInt32BigEndian(b) : 0;

    public long Int64() => Take(8) is { Length: 8 } b ? BinaryPrimitives.ReadInt64BigEndian(b) : 0;

    /// <summary>A text; null where it is.</summary>
    public string? Text(bool isCompact)
    {
        var length = isCompact ? CompactLength() : Int16();
        return length < 0 ? null : Encoding.UTF8.GetString(Take(length));
    }

    public ReadOnlySpan<byte> Bytes(bool isCompact)
    {
        var length = isCompact ? CompactLength() : Int32();
        return length < 0 ? default : Take(length);
    }

    /// <summary>How many items follow; each has at least a byte.</summary>
    public int Count(bool isCompact)
    {
        var count = isCompact ? CompactLength() : Int32();
        if (count <= _rest.Length)
            return Math.Max(count, 0);
        HasFailed = true;
        return 0;
    }

    /// <summary>Passes over tagged fields.</summary>
    public void SkipTags()
    {
        var count = VarInt();
        for (var i = 0; i < count && !HasFailed; i++)
        {
            VarInt();
            Take((int)Math.Min(VarInt(), int.MaxValue));
        }
    }

    private int CompactLength() => (int)Math.Min(VarInt(), int.MaxValue) - 1;

    private uint VarInt()
    {
        var value = 0u;
        for (var shift = 0; shift < 35; shift += 7)
        {
            if (Take(1) is not { Length: 1 } next)
                return 0;
            value |= (uint)(next[0] & 0x7F) << shift;
            if (next[0] < 0x80)
                return value;
        }

        HasFailed = true;
        return 0;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (HasFailed || count > _rest.Length)
        {
            HasFailed = true;
            return default;
        }

        var taken = _rest[..count];
        _rest = _rest[count..];
        return taken;
    }
}

using System.Buffers.Binary;
using System.Text;

namespace MedStreams.Dicom.Network.Pdus;

/// <summary>
/// Takes fields from a PDU's bytes. The first thing that is wrong is kept, with its place; from then on all fields are empty, so that callers look once, at the end.
/// </summary>
internal ref struct PduCursor(ReadOnlySpan<byte> bytes, int offset)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    /// <summary>What is wrong; null as long as nothing is.</summary>
    public string? Fault { get; private set; }

    /// <summary>Where, within the PDU.</summary>
    public int FaultPosition { get; private set; }

    /// <summary>The place of the next field within the PDU.</summary>
    public readonly int Position => offset + _at;

    public readonly bool HasMore => Fault is null && _at < _bytes.Length;

    /// <summary>Notes that something is wrong, unless something was before.</summary>
    public void Fail(string reason, int? position = null)
    {
        if (Fault is not null)
            return;
        Fault = reason;
        FaultPosition = position ?? Position;
    }

    /// <summary>Takes over what was wrong in a part of this.</summary>
    public void Join(PduCursor part)
    {
        if (part.Fault is { } fault)
            Fail(fault, part.FaultPosition);
    }

    public ReadOnlySpan<byte> Take(int count, string what)
    {
        if (Fault is not null)
            return [];
        if (count > _bytes.Length - _at)
        {
            Fail($"{what} ends too early");
            return [];
        }

        _at += count;
        return _bytes.Slice(_at - count, count);
    }

    public void Skip(int count) => Take(count, "a reserved field");

    public byte Byte(string what) => Take(1, what) is [var value] ? value : (byte)0;

    public ushort UInt16(string what) => Take(2, what) is { Length: 2 } value ? BinaryPrimitives.ReadUInt16BigEndian(value) : (ushort)0;

    public uint UInt32(string what) => Take(4, what) is { Length: 4 } value ? BinaryPrimitives.ReadUInt32BigEndian(value) : 0;

    /// <summary>An item: its type, and its content as a part of its own.</summary>
    public PduCursor Item(out byte type)
    {
        type = Byte("an item");
        Skip(1);
        var length = UInt16("an item's length");
        var start = Position;
        return new PduCursor(Take(length, "an item"), start);
    }

    /// <summary>What is left.</summary>
    public ReadOnlySpan<byte> Rest() => Take(_bytes.Length - _at, "");

    /// <summary>An identifier that is the rest of this: printable, at most 64 characters, padding at its end taken off.</summary>
    public string Uid(string what) => Uid(_bytes.Length - _at, what);

    /// <summary>An identifier of some bytes.</summary>
    public string Uid(int count, string what)
    {
        var start = Position;
        var text = Text(count, what).TrimEnd('\0', ' ');
        if (Fault is null && (text.Length is 0 or > 64 || text.Any(c => c is not (>= '0' and <= '9' or '.'))))
            Fail($"{what} is no UID", start);
        return Fault is null ? text : "";
    }

    /// <summary>An application entity's title: 16 bytes, blanks around it taken off.</summary>
    public string AeTitle(string what)
    {
        var start = Position;
        var title = Text(16, what).Trim(' ', '\0');
        if (Fault is null && (title.Length == 0 || title.Any(c => c is < ' ' or > '~' or '\\')))
            Fail($"{what} is no AE title", start);
        return Fault is null ? title : "";
    }

    public string Text(int count, string what) => Encoding.Latin1.GetString(Take(count, what));

    /// <summary>Throws where something is wrong.</summary>
    public readonly void Check(PduType type)
    {
        if (Fault is { } fault)
            throw DicomNetworkException.Malformed(type.Name(), FaultPosition, fault);
    }
}

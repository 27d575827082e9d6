using System.Buffers.Binary;

namespace MedStreams.Dicom.Reading;

/// <summary>
/// Takes a data set apart as its bytes come (PS3.5 section 7): in any portions, in bounded memory, whatever the bytes are. After a fault it takes nothing
/// more.
/// </summary>
/// <remarks>
/// Read tolerantly, since archives hold such things: odd lengths; an element without a VR among those with one; UN of undefined length, which is a sequence
/// of implicit VRs (PS3.5 section 6.2.2); VRs that are not known. Not thread-safe.
/// </remarks>
/// <param name="syntax">How the data set is written; of a deflated one, after inflation.</param>
/// <param name="observer">Told what is in it.</param>
public sealed class DicomDecoder(TransferSyntax syntax, IDicomObserver observer)
{
    private const uint Undefined = uint.MaxValue;
    private readonly Stack<Frame> _frames = [];
    private readonly bool _isBig = syntax.IsBigEndian;
    private Frame _frame = new(FrameKind.DataSet, long.MaxValue, syntax.IsExplicit);
    private long _pending; // of a value that is handed on in pieces
    private bool _isFragment;
    private DicomTag _tag;

    /// <summary>Values up to this length are handed over whole; default 64 KiB.</summary>
    public int LongestWhole { get; init; } = 64 << 10;

    /// <summary>How deep sequences may be nested; default 64.</summary>
    public int MaxDepth { get; init; } = 64;

    /// <summary>Reading stops in front of the first element of the data set itself that is this one or behind it; null: it goes to the end.</summary>
    public DicomTag? StopBefore { get; init; }

    /// <summary>Reading stops in front of the first element of the data set itself that is of another group; null: it goes to the end.</summary>
    public ushort? OnlyGroup { get; init; }

    /// <summary>How many bytes were taken.</summary>
    public long Position { get; private set; }

    /// <summary>Whether reading has stopped at <see cref="StopBefore"/>, or behind <see cref="OnlyGroup"/>.</summary>
    public bool HasStopped { get; private set; }

    /// <summary>What is wrong; <see cref="DicomError.None"/> as long as nothing is.</summary>
    public DicomFault Fault { get; private set; }

    /// <summary>Takes what it can of some bytes. Call again with the rest and more behind it.</summary>
    /// <param name="bytes">The next bytes: at least <see cref="LongestWhole"/> and 12 more are needed to be sure of progress.</param>
    /// <param name="isLast">Whether nothing comes behind them: what is incomplete then is a fault.</param>
    /// <returns>How many bytes were taken.</returns>
    public int Decode(ReadOnlySpan<byte> bytes, bool isLast)
    {
        var taken = 0;
        while (Fault.Error == DicomError.None && !HasStopped)
        {
            var step = Step(bytes[taken..]);
            if (step is not { } count)
                break;
            taken += count;
            Position += count;
        }

        if (isLast && Fault.Error == DicomError.None && !HasStopped && (taken < bytes.Length || _pending > 0 || !IsAtEnd()))
            Fail(DicomError.Truncated, _tag);
        return taken;
    }

    /// <summary>Takes one thing; null where more bytes are needed, or a fault is found.</summary>
    private int? Step(ReadOnlySpan<byte> bytes)
    {
        if (_pending > 0)
            return TakePiece(bytes);
        if (Position == _frame.End)
        {
            Close();
            return 0;
        }

        if (bytes.Length < 8)
            return null;
        var tag = new DicomTag(UInt16(bytes), UInt16(bytes[2..]));
        if (tag.Group != 0xFFFE)
            _tag = tag;
        return _frame.Kind switch
        {
            FrameKind.Sequence => TakeItem(tag, UInt32(bytes[4..])),
            FrameKind.Fragments => TakeFragment(tag, UInt32(bytes[4..])),
            _ => TakeElement(tag, bytes),
        };
    }

    private int? TakePiece(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return null;
        var count = (int)Math.Min(_pending, bytes.Length);
        observer.OnPiece(bytes[..count]);
        _pending -= count;
        if (_pending == 0)
            EndValue();
        return count;
    }

    private void EndValue()
    {
        if (_isFragment)
            observer.OnFragmentEnd();
        else
            observer.OnValueEnd();
    }

    private int? TakeItem(DicomTag tag, uint length)
    {
        if (tag == DicomTag.SequenceDelimitation && _frame.End == long.MaxValue)
        {
            Close();
            return 8;
        }

        if (tag != DicomTag.Item)
            return Fail(DicomError.ItemExpected, tag);
        if (!Open(FrameKind.Item, tag, 8, length, _frame.IsExplicit))
            return null;
        observer.OnItemBegin(length == Undefined ? null : length);
        return 8;
    }

    private int? TakeFragment(DicomTag tag, uint length)
    {
        if (tag == DicomTag.SequenceDelimitation)
        {
            Close();
            return 8;
        }

        if (tag != DicomTag.Item)
            return Fail(DicomError.ItemExpected, tag);
        if (length == Undefined)
            return Fail(DicomError.UndefinedLength, tag);
        observer.OnFragmentBegin(length);
        (_pending, _isFragment) = (length, true);
        if (length == 0)
            EndValue();
        return 8;
    }

    private int? TakeElement(DicomTag tag, ReadOnlySpan<byte> bytes)
    {
        if (tag.Group == 0xFFFE)
            return TakeDelimiter(tag);
        if (_frames.Count == 0 && (tag >= StopBefore || tag.Group != (OnlyGroup ?? tag.Group)))
        {
            HasStopped = true;
            return null;
        }

        // Without capitals where the VR should be it is an element without one.
        var written = _frame.IsExplicit ? DicomVr.Of(bytes[4], bytes[5]) : null;
        var size = written is { HasLongLength: true } ? 12 : 8;
        if (bytes.Length < size)
            return null;
        var length = written is null ? UInt32(bytes[4..]) : size == 12 ? UInt32(bytes[8..]) : UInt16(bytes[6..]);
        var vr = written ?? Dictionary.VrOf(tag);
        var header = new ElementHeader(tag, vr, size == 8 && written is not null ? length : length == Undefined ? null : length, written is not null);
        if (header.Length is null)
            return TakeUndefined(header, size);
        if (vr == DicomVr.SQ)
        {
            if (!Open(FrameKind.Sequence, tag, size, length, _frame.IsExplicit))
                return null;
            observer.OnSequenceBegin(header);
            return size;
        }

        return TakeValue(header, size, bytes);
    }

    private int? TakeValue(in ElementHeader header, int size, ReadOnlySpan<byte> bytes)
    {
        var length = header.Length!.Value;
        if (Position + size + length > Bound())
            return Fail(DicomError.LengthBeyondParent, header.Tag);
        if (length > LongestWhole)
        {
            observer.OnValueBegin(header);
            (_pending, _isFragment) = (length, false);
            return size;
        }

        if (bytes.Length < size + length)
            return null;
        observer.OnElement(header, bytes.Slice(size, (int)length));
        return size + (int)length;
    }

    private int? TakeUndefined(in ElementHeader header, int size)
    {
        if (header.Tag == Tags.PixelData || header.Vr == DicomVr.OB || header.Vr == DicomVr.OW)
        {
            if (!Open(FrameKind.Fragments, header.Tag, size, Undefined, _frame.IsExplicit))
                return null;
            observer.OnFragmentsBegin(header);
            return size;
        }

        if (header.Vr != DicomVr.SQ && header.Vr != DicomVr.UN)
            return Fail(DicomError.UndefinedLength, header.Tag);
        if (!Open(FrameKind.Sequence, header.Tag, size, Undefined, _frame.IsExplicit && header.Vr == DicomVr.SQ))
            return null;
        observer.OnSequenceBegin(header);
        return size;
    }

    private int? TakeDelimiter(DicomTag tag)
    {
        if (tag != DicomTag.ItemDelimitation || _frame is not { Kind: FrameKind.Item, End: long.MaxValue })
            return Fail(DicomError.UnexpectedDelimiter, tag);
        Close();
        return 8;
    }

    /// <summary>Begins something that holds others; answers false, with a fault, where it cannot be.</summary>
    private bool Open(FrameKind kind, DicomTag tag, int headerSize, uint length, bool isExplicit)
    {
        if (_frames.Count >= MaxDepth * 2)
        {
            Fail(DicomError.TooDeep, tag);
            return false;
        }

        var end = length == Undefined ? long.MaxValue : Position + headerSize + length;
        if (length != Undefined && end > Bound())
        {
            Fail(DicomError.LengthBeyondParent, tag);
            return false;
        }

        _frames.Push(_frame);
        _frame = new Frame(kind, end, isExplicit);
        return true;
    }

    private void Close()
    {
        var kind = _frame.Kind;
        _frame = _frames.Pop();
        switch (kind)
        {
            case FrameKind.Sequence:
                observer.OnSequenceEnd();
                break;
            case FrameKind.Item:
                observer.OnItemEnd();
                break;
            default:
                observer.OnFragmentsEnd();
                break;
        }
    }

    /// <summary>Where the innermost thing of defined length ends.</summary>
    private long Bound()
    {
        if (_frame.End != long.MaxValue)
            return _frame.End;
        foreach (var frame in _frames)
        {
            if (frame.End != long.MaxValue)
                return frame.End;
        }

        return long.MaxValue;
    }

    /// <summary>Whether the data set may end here: nothing is open but what ends at this very place.</summary>
    private bool IsAtEnd()
    {
        while (_frames.Count > 0 && _frame.End == Position)
            Close();
        return _frames.Count == 0;
    }

    private int? Fail(DicomError error, DicomTag tag)
    {
        Fault = new DicomFault(error, Position, tag);
        return null;
    }

    private ushort UInt16(ReadOnlySpan<byte> bytes) =>
        _isBig ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private uint UInt32(ReadOnlySpan<byte> bytes) =>
        _isBig ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    private enum FrameKind
    {
        DataSet,
        Sequence,
        Item,
        Fragments,
    }

    /// <summary>Something open.</summary>
    /// <param name="Kind">What.</param>
    /// <param name="End">Where it ends; the largest number where a delimiter ends it.</param>
    /// <param name="IsExplicit">Whether VRs are written in it.</param>
    private readonly record struct Frame(FrameKind Kind, long End, bool IsExplicit);
}

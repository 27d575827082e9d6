using System.Buffers.Binary;
using System.Security.Cryptography;
using MedStreams.Dicom.Reading;

namespace MedStreams.Dicom.Pacs.Verifying;

/// <summary>
/// SHA-256 of what a data set says, however it is written: the same for two data sets of one transfer syntax that differ only in what PS3.5 leaves to the writer. Not
/// thread-safe.
/// </summary>
/// <remarks>
/// <para>
/// Left out: group lengths (gggg,0000), retired in PS3.5 section 7.2; Data Set Trailing Padding (FFFC,FFFC); whether sequences and items have a length or a delimiter
/// (sections 7.5.1, 7.5.2); blanks and NULs at the end of text (section 6.2); the byte that makes another value even (section 7.1.1); the written VR, since a
/// tag that nobody knows is UN to some (section 6.2.2).
/// </para>
/// <para>
/// Never left out: any element, private ones too, their order, values, items, fragments and their division, the offset table. What an archive adds, drops or coerces is a
/// difference.
/// </para>
/// </remarks>
/// <param name="next">Told the same.</param>
internal sealed class ContentDigest(IDicomObserver next) : IDicomObserver, IDisposable
{
    private const int LongestPadding = 64 << 10;
    private const int MaxHidden = 8;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _mark = new byte[13];
    private int _hidden; // how deep in sequences that looked like bytes
    private byte[] _padding = new byte[64];
    private int _held; // bytes of padding that may turn out to be none
    private long _length;
    private DicomTag _tag;
    private bool _isText;
    private bool _isSkipped;

    private static ReadOnlySpan<byte> ItemTag => [0xFE, 0xFF, 0x00, 0xE0];

    private static ReadOnlySpan<byte> SequenceEnd => [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0];

    /// <summary>What came out, 64 hexadecimal digits; begins anew.</summary>
    public string Finish()
    {
        Span<byte> hash = stackalloc byte[32];
        _hash.GetHashAndReset(hash);
        return Convert.ToHexStringLower(hash);
    }

    public void OnElement(in ElementHeader header, ReadOnlySpan<byte> value)
    {
        if (!TakeHiddenSequence(header, value))
        {
            BeginValue(header);
            Take(value);
            EndValue();
        }

        if (_hidden == 0)
            next.OnElement(header, value);
    }

    public void OnValueBegin(in ElementHeader header)
    {
        BeginValue(header);
        if (_hidden == 0)
            next.OnValueBegin(header);
    }

    public void OnPiece(ReadOnlySpan<byte> piece)
    {
        Take(piece);
        if (_hidden == 0)
            next.OnPiece(piece);
    }

    public void OnValueEnd()
    {
        EndValue();
        if (_hidden == 0)
            next.OnValueEnd();
    }

    public void OnSequenceBegin(in ElementHeader header)
    {
        Mark('S', header.Tag, 0);
        if (_hidden == 0)
            next.OnSequenceBegin(header);
    }

    public void OnItemBegin(uint? length)
    {
        Mark('I', default, 0);
        if (_hidden == 0)
            next.OnItemBegin(length);
    }

    public void OnItemEnd()
    {
        Mark('i', default, 0);
        if (_hidden == 0)
            next.OnItemEnd();
    }

    public void OnSequenceEnd()
    {
        Mark('s', default, 0);
        if (_hidden == 0)
            next.OnSequenceEnd();
    }

    public void OnFragmentsBegin(in ElementHeader header)
    {
        Mark('P', header.Tag, 0);
        if (_hidden == 0)
            next.OnFragmentsBegin(header);
    }

    public void OnFragmentBegin(uint length)
    {
        Begin(default, isText: false);
        if (_hidden == 0)
            next.OnFragmentBegin(length);
    }

    public void OnFragmentEnd()
    {
        End('F');
        if (_hidden == 0)
            next.OnFragmentEnd();
    }

    public void OnFragmentsEnd()
    {
        Mark('p', default, 0);
        if (_hidden == 0)
            next.OnFragmentsEnd();
    }

    public void Dispose() => _hash.Dispose();

    /// <summary>
    /// Where no VR is written, a sequence of a tag that is not known looks like bytes when it has a length, and like a sequence when it has a delimiter: it is taken for the
    /// same.
    /// </summary>
    private bool TakeHiddenSequence(in ElementHeader header, ReadOnlySpan<byte> value)
    {
        if (header.Vr != DicomVr.UN || header.IsExplicit || _hidden == MaxHidden || !value.StartsWith(ItemTag))
            return false;
        var sequence = new byte[8 + value.Length + SequenceEnd.Length];
        BinaryPrimitives.WriteUInt16LittleEndian(sequence, header.Tag.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(sequence.AsSpan(2), header.Tag.Element);
        sequence.AsSpan(4, 4).Fill(0xFF);
        value.CopyTo(sequence.AsSpan(8));
        SequenceEnd.CopyTo(sequence.AsSpan(8 + value.Length));
        if (!IsWhole(sequence, new InstanceIdentityReader()))
            return false;
        _hidden++;
        IsWhole(sequence, this);
        _hidden--;
        return true;
    }

    private static bool IsWhole(ReadOnlySpan<byte> dataSet, IDicomObserver observer)
    {
        var decoder = new DicomDecoder(TransferSyntax.ImplicitLittleEndian, observer) { LongestWhole = int.MaxValue - 16 };
        decoder.Decode(dataSet, isLast: true);
        return decoder.Fault.Error == DicomError.None;
    }

    private void BeginValue(in ElementHeader header)
    {
        _isSkipped = header.Tag.IsGroupLength || header.Tag == new DicomTag(0xFFFC, 0xFFFC);
        Begin(header.Tag, header.Vr.IsText || (header.Vr == DicomVr.UN && Dictionary.VrOf(header.Tag).IsText));
    }

    private void Take(ReadOnlySpan<byte> piece)
    {
        if (_isSkipped)
            return;
        if (!_isText)
        {
            Append(piece);
            return;
        }

        var rest = piece.TrimEnd(" \0"u8);
        if (!rest.IsEmpty)
        {
            Append(_padding.AsSpan(0, _held));
            _held = 0;
            Append(rest);
        }

        foreach (var padding in piece[rest.Length..])
            Hold(padding);
    }

    private void EndValue()
    {
        _held = 0;
        if (!_isSkipped)
            End('V');
        _isSkipped = false;
    }

    private void Begin(DicomTag tag, bool isText) => (_tag, _isText, _length, _held) = (tag, isText, 0, 0);

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _length += bytes.Length;
    }

    /// <summary>Padding so far; more of it than any writer pads is a value.</summary>
    private void Hold(byte padding)
    {
        if (_held == LongestPadding)
        {
            Append(_padding.AsSpan(0, _held));
            _held = 0;
        }

        if (_held == _padding.Length)
            Array.Resize(ref _padding, _padding.Length * 2);
        _padding[_held++] = padding;
    }

    /// <summary>The length stands behind the value, so that what is hashed can be taken apart in one way only: from its end.</summary>
    private void End(char kind)
    {
        if (_length % 2 == 1 && !_isText)
            Append([0]);
        Mark(kind, _tag, _length);
    }

    private void Mark(char kind, DicomTag tag, long length)
    {
        _mark[0] = (byte)kind;
        BinaryPrimitives.WriteUInt16LittleEndian(_mark.AsSpan(1), tag.Group);
        BinaryPrimitives.WriteUInt16LittleEndian(_mark.AsSpan(3), tag.Element);
        BinaryPrimitives.WriteInt64LittleEndian(_mark.AsSpan(5), length);
        _hash.AppendData(_mark);
    }
}

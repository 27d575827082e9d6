using System.Buffers;

namespace MedStreams.Dicom.Reading;

/// <summary>Makes a data set of what a decoder tells.</summary>
/// <param name="syntax">How it is written.</param>
/// <param name="keepsLong">Whether long values and fragments are kept; else their lengths are.</param>
internal sealed class DataSetBuilder(TransferSyntax syntax, bool keepsLong) : IDicomObserver
{
    private readonly Stack<(ElementHeader Header, List<DicomItem> Items)> _sequences = [];
    private readonly Stack<(DicomDataSet DataSet, uint? Length)> _open = [];
    private readonly List<ReadOnlyMemory<byte>> _fragments = [];
    private ArrayBufferWriter<byte>? _pieces;
    private ElementHeader _header;
    private DicomDataSet _current = new(syntax.IsBigEndian);

    /// <summary>The data set as far as it has come.</summary>
    public DicomDataSet DataSet => _open.Count == 0 ? _current : _open.Last().DataSet;

    public void OnElement(in ElementHeader header, ReadOnlySpan<byte> value) =>
        _current.Append(DicomElement.Read(header.Tag, header.Vr, header.IsExplicit, value.ToArray()));

    public void OnValueBegin(in ElementHeader header)
    {
        _header = header;
        _pieces = keepsLong ? new ArrayBufferWriter<byte>((int)Math.Min(header.Length!.Value, 1 << 20)) : null;
    }

    public void OnPiece(ReadOnlySpan<byte> piece)
    {
        _pieces?.Write(piece);
    }

    public void OnValueEnd()
    {
        _current.Append(_pieces is { } pieces
            ? DicomElement.Read(_header.Tag, _header.Vr, _header.IsExplicit, pieces.WrittenMemory)
            : DicomElement.Read(_header.Tag, _header.Vr, _header.IsExplicit, leftOut: _header.Length));
        _pieces = null;
    }

    public void OnSequenceBegin(in ElementHeader header) => _sequences.Push((header, []));

    public void OnItemBegin(uint? length)
    {
        _open.Push((_current, length));
        _current = new DicomDataSet(_current, syntax.IsBigEndian);
    }

    public void OnItemEnd()
    {
        var item = _current;
        (_current, var length) = _open.Pop();
        _sequences.Peek().Items.Add(new DicomItem(item, length is null));
    }

    public void OnSequenceEnd()
    {
        var (header, items) = _sequences.Pop();
        _current.Append(DicomElement.Read(header.Tag, header.Vr, header.IsExplicit, items: items, hasUndefinedLength: header.Length is null));
    }

    public void OnFragmentsBegin(in ElementHeader header)
    {
        _header = header;
        _fragments.Clear();
    }

    public void OnFragmentBegin(uint length) => _pieces = keepsLong ? new ArrayBufferWriter<byte>((int)Math.Clamp(length, 1, 1 << 20)) : null;

    public void OnFragmentEnd()
    {
        if (_pieces is not null)
            _fragments.Add(_pieces.WrittenMemory);
        _pieces = null;
    }

    public void OnFragmentsEnd() => _current.Append(keepsLong
        ? DicomElement.Read(_header.Tag, _header.Vr, _header.IsExplicit, fragments: [.. _fragments], hasUndefinedLength: true)
        : DicomElement.Read(_header.Tag, _header.Vr, _header.IsExplicit, leftOut: 0, hasUndefinedLength: true));
}

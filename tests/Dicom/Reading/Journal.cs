using System.Buffers;
using System.Globalization;
using MedStreams.Dicom.Reading;

namespace MedStreams.Dicom.Tests.Reading;

/// <summary>Writes down what a decoder tells, pieces of one value joined.</summary>
internal sealed class Journal : IDicomObserver
{
    private readonly List<string> _lines = [];
    private readonly ArrayBufferWriter<byte> _pieces = new();
    private int _depth;

    /// <summary>How many bytes it was given in all.</summary>
    public long Bytes { get; private set; }

    public IReadOnlyList<string> Lines => _lines;

    /// <summary>Beginnings without ends.</summary>
    public int Depth => _depth;

    public void OnElement(in ElementHeader header, ReadOnlySpan<byte> value) => Add($"{header} {Convert.ToHexString(value)}", value.Length);

    public void OnValueBegin(in ElementHeader header) => Begin($"long {header}");

    public void OnPiece(ReadOnlySpan<byte> piece)
    {
        Bytes += piece.Length;
        _pieces.Write(piece);
    }

    public void OnValueEnd() => End("end of long");

    public void OnSequenceBegin(in ElementHeader header) => Begin($"sequence {header}");

    public void OnItemBegin(uint? length) => Begin(string.Create(CultureInfo.InvariantCulture, $"item {length}"));

    public void OnItemEnd() => End("end of item");

    public void OnSequenceEnd() => End("end of sequence");

    public void OnFragmentsBegin(in ElementHeader header) => Begin($"fragments {header}");

    public void OnFragmentBegin(uint length) => Begin($"fragment {length} ");

    public void OnFragmentEnd() => End("end of fragment");

    public void OnFragmentsEnd() => End("end of fragments");

    private void Begin(string line)
    {
        _depth++;
        Add(line, 0);
    }

    private void End(string line)
    {
        _depth--;
        Add($"{line} {Convert.ToHexString(_pieces.WrittenSpan)}", 0);
        _pieces.ResetWrittenCount();
    }

    private void Add(string line, int bytes)
    {
        Bytes += bytes;
        _lines.Add(line);
    }
}

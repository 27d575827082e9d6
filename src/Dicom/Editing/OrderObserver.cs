using MedStreams.Dicom.Reading;

namespace MedStreams.Dicom.Editing;

/// <summary>Looks whether the elements of a data set stand in the order of their tags (PS3.5 section 7.1), those in sequences left aside.</summary>
internal sealed class OrderObserver : IDicomObserver
{
    private int _depth;
    private DicomTag _last;

    /// <summary>Whether one stands behind another that it should stand in front of.</summary>
    public bool IsOutOfOrder { get; private set; }

    public void OnElement(in ElementHeader header, ReadOnlySpan<byte> value) => See(header);

    public void OnValueBegin(in ElementHeader header) => See(header);

    public void OnFragmentsBegin(in ElementHeader header) => See(header);

    public void OnSequenceBegin(in ElementHeader header)
    {
        See(header);
        _depth++;
    }

    public void OnSequenceEnd() => _depth--;

    public void OnPiece(ReadOnlySpan<byte> piece)
    {
    }

    public void OnValueEnd()
    {
    }

    public void OnItemBegin(uint? length)
    {
    }

    public void OnItemEnd()
    {
    }

    public void OnFragmentBegin(uint length)
    {
    }

    public void OnFragmentEnd()
    {
    }

    public void OnFragmentsEnd()
    {
    }

    private void See(in ElementHeader header)
    {
        if (_depth > 0)
            return;
        IsOutOfOrder |= header.Tag <= _last;
        _last = header.Tag;
    }
}

using MedStreams.Dicom.Reading;
using MedStreams.Dicom.Text;

namespace MedStreams.Dicom.Pacs;

/// <summary>What a data set says it is; UIDs without their padding.</summary>
public sealed record InstanceIdentity
{
    /// <summary>Its SOP class, (0008,0016).</summary>
    public required string SopClassUid { get; init; }

    /// <summary>Itself, (0008,0018).</summary>
    public required string SopInstanceUid { get; init; }

    /// <summary>The study that it is in, (0020,000D); empty where it does not say.</summary>
    public string StudyInstanceUid { get; init; } = "";

    /// <summary>The series that it is in, (0020,000E); empty where it does not say.</summary>
    public string SeriesInstanceUid { get; init; } = "";
}

/// <summary>Picks an identity out of a data set while it passes; keeps nothing else.</summary>
internal sealed class InstanceIdentityReader : IDicomObserver
{
    private int _depth;
    private string _sopClass = "";
    private string _sopInstance = "";
    private string _study = "";
    private string _series = "";

    /// <summary>What has passed.</summary>
    /// <exception cref="DicomException">SOP class or instance were not among it.</exception>
    public InstanceIdentity Complete() => _sopClass.Length > 0 && _sopInstance.Length > 0
        ? new InstanceIdentity { SopClassUid = _sopClass, SopInstanceUid = _sopInstance, StudyInstanceUid = _study, SeriesInstanceUid = _series }
        : throw new DicomException($"The data set does not say which instance it is: {Tags.SopClassUid}, {Tags.SopInstanceUid}.");

    public void OnElement(in ElementHeader header, ReadOnlySpan<byte> value)
    {
        if (_depth > 0 || header.Tag.Group is not (0x0008 or 0x0020))
            return;
        if (header.Tag == Tags.SopClassUid)
            _sopClass = Uid(value);
        else if (header.Tag == Tags.SopInstanceUid)
            _sopInstance = Uid(value);
        else if (header.Tag == Tags.StudyInstanceUid)
            _study = Uid(value);
        else if (header.Tag == Tags.SeriesInstanceUid)
            _series = Uid(value);
    }

    public void OnSequenceBegin(in ElementHeader header) => _depth++;

    public void OnSequenceEnd() => _depth--;

    public void OnValueBegin(in ElementHeader header)
    {
    }

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

    public void OnFragmentsBegin(in ElementHeader header)
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

    private static string Uid(ReadOnlySpan<byte> value) =>
        value.Length is > 0 and <= 1024 && SpecificCharacterSet.Ascii.Values(value, DicomVr.UI) is [var first, ..] ? first.Trim('\0', ' ') : "";
}

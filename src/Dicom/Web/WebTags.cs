namespace MedStreams.Dicom.Web;

/// <summary>Tags of DICOMweb's answers (PS3.18 annex I, PS3.4 annex GG).</summary>
internal static class WebTags
{
    public static readonly DicomTag RetrieveUrl = new(0x0008, 0x1190);
    public static readonly DicomTag WarningReason = new(0x0008, 0x1196);
    public static readonly DicomTag OtherFailuresSequence = new(0x0008, 0x119A);
}

using System.Globalization;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Web;

/// <summary>What failures of a DICOMweb service mean to a migration.</summary>
public static class DicomWebFailures
{
    /// <summary>The failure, with the name of the PACS in front.</summary>
    public static PacsException ToPacs(this DicomWebException error, string pacs) => new(
        error.RetryAfter is { } wait
            ? string.Create(CultureInfo.InvariantCulture, $"{pacs}: {error.Message} It wants to be left alone for {wait.TotalSeconds:0} s.")
            : $"{pacs}: {error.Message}",
        error)
    {
        Failure = error.MayBeRepeated ? PacsFailure.Unavailable : PacsFailure.Refused,
    };

    /// <summary>Whether the service as a whole is to blame, so that nothing else will come from it either.</summary>
    public static bool IsOfService(this DicomWebException error) =>
        error.Error is DicomWebError.Unreachable or DicomWebError.Untrusted or DicomWebError.Unauthorized or DicomWebError.Busy;
}

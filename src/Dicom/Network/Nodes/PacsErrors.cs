using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Network.Nodes;

/// <summary>What a fault of the network asks for.</summary>
public static class PacsErrors
{
    /// <summary>The same for those who move studies: with the name of the PACS, and the cure where it is known.</summary>
    /// <param name="fault">The fault.</param>
    /// <param name="name">What the PACS is called.</param>
    public static PacsException ToPacs(this DicomNetworkException fault, string name) => new($"{name}: {fault.Message}{Cure(fault)}", fault)
    {
        Failure = fault.Error switch
        {
            DicomNetworkError.ContextRefused or DicomNetworkError.NotSendable => PacsFailure.Refused,
            DicomNetworkError.Rejected or DicomNetworkError.Status or DicomNetworkError.NotConnected => fault.IsTransient ? PacsFailure.Unavailable : PacsFailure.Refused,
            _ => PacsFailure.Unavailable,
        },
    };

    private static string Cure(DicomNetworkException fault) => fault.Error switch
    {
        DicomNetworkError.Rejected when !fault.IsTransient => " Check both AE titles, and that the PACS knows ours.",
        DicomNetworkError.Aborted => " Some PACS abort what they do not allow: check that ours is registered there, with the right to do this.",
        _ => "",
    };
}

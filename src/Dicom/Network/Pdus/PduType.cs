namespace MedStreams.Dicom.Network.Pdus;

/// <summary>The first byte of a PDU (PS3.8 section 9.3).</summary>
internal enum PduType : byte
{
    AssociateRequest = 1,
    AssociateAccept = 2,
    AssociateReject = 3,
    Data = 4,
    ReleaseRequest = 5,
    ReleaseReply = 6,
    Abort = 7,
}

/// <summary>The standard's names of PDUs.</summary>
internal static class PduNames
{
    public static string Name(this PduType type) => type switch
    {
        PduType.AssociateRequest => "A-ASSOCIATE-RQ",
        PduType.AssociateAccept => "A-ASSOCIATE-AC",
        PduType.AssociateReject => "A-ASSOCIATE-RJ",
        PduType.Data => "P-DATA-TF",
        PduType.ReleaseRequest => "A-RELEASE-RQ",
        PduType.ReleaseReply => "A-RELEASE-RP",
        PduType.Abort => "A-ABORT",
        _ => $"PDU of type {(byte)type}",
    };
}

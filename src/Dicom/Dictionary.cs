using System.Collections.Frozen;

namespace MedStreams.Dicom;

/// <summary>The VRs of the tags that are used here (PS3.6), for data sets that do not write them.</summary>
internal static class Dictionary
{
    private static readonly FrozenDictionary<DicomTag, DicomVr> Vrs = new Dictionary<DicomTag, DicomVr>
    {
        [Tags.FileMetaInformationVersion] = DicomVr.OB,
        [Tags.MediaStorageSopClassUid] = DicomVr.UI,
        [Tags.MediaStorageSopInstanceUid] = DicomVr.UI,
        [Tags.TransferSyntaxUid] = DicomVr.UI,
        [Tags.ImplementationClassUid] = DicomVr.UI,
        [Tags.ImplementationVersionName] = DicomVr.SH,
        [Tags.SpecificCharacterSet] = DicomVr.CS,
        [Tags.SopClassUid] = DicomVr.UI,
        [Tags.SopInstanceUid] = DicomVr.UI,
        [Tags.StudyDate] = DicomVr.DA,
        [Tags.StudyTime] = DicomVr.TM,
        [Tags.AccessionNumber] = DicomVr.SH,
        [Tags.QueryRetrieveLevel] = DicomVr.CS,
        [Tags.RetrieveAeTitle] = DicomVr.AE,
        [Tags.FailedSopInstanceUidList] = DicomVr.UI,
        [Tags.Modality] = DicomVr.CS,
        [Tags.ModalitiesInStudy] = DicomVr.CS,
        [Tags.InstitutionName] = DicomVr.LO,
        [Tags.StudyDescription] = DicomVr.LO,
        [Tags.InstitutionalDepartmentName] = DicomVr.LO,
        [Tags.ReferencedSopClassUid] = DicomVr.UI,
        [Tags.ReferencedSopInstanceUid] = DicomVr.UI,
        [Tags.TransactionUid] = DicomVr.UI,
        [Tags.FailureReason] = DicomVr.US,
        [Tags.FailedSopSequence] = DicomVr.SQ,
        [Tags.ReferencedSopSequence] = DicomVr.SQ,
        [Tags.AvailableTransferSyntaxUid] = DicomVr.UI,
        [Tags.PatientName] = DicomVr.PN,
        [Tags.PatientId] = DicomVr.LO,
        [Tags.IssuerOfPatientId] = DicomVr.LO,
        [Tags.PatientBirthDate] = DicomVr.DA,
        [Tags.PatientSex] = DicomVr.CS,
        [Tags.StudyInstanceUid] = DicomVr.UI,
        [Tags.SeriesInstanceUid] = DicomVr.UI,
        [Tags.StudyId] = DicomVr.SH,
        [Tags.SeriesNumber] = DicomVr.IS,
        [Tags.InstanceNumber] = DicomVr.IS,
        [Tags.NumberOfStudyRelatedSeries] = DicomVr.IS,
        [Tags.NumberOfStudyRelatedInstances] = DicomVr.IS,
        [Tags.NumberOfSeriesRelatedInstances] = DicomVr.IS,
        [Tags.Rows] = DicomVr.US,
        [Tags.Columns] = DicomVr.US,
        [Tags.OriginalAttributesSequence] = DicomVr.SQ,
        [Tags.PixelData] = DicomVr.OW,
    }.ToFrozenDictionary();

    /// <summary>The VR of a tag; UN where it is not known.</summary>
    public static DicomVr VrOf(DicomTag tag) => tag switch
    {
        { IsGroupLength: true } => DicomVr.UL,
        { IsPrivate: true, Element: >= 0x10 and <= 0xFF } => DicomVr.LO, // a private creator (PS3.5 section 7.8.1)
        _ => Vrs.GetValueOrDefault(tag, DicomVr.UN),
    };
}

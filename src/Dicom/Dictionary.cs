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

        // What rules for attributes are usually about.
        [new(0x0008, 0x0081)] = DicomVr.ST, // Institution Address
        [new(0x0008, 0x0090)] = DicomVr.PN, // Referring Physician's Name
        [new(0x0008, 0x103E)] = DicomVr.LO, // Series Description
        [new(0x0008, 0x1010)] = DicomVr.SH, // Station Name
        [new(0x0008, 0x1050)] = DicomVr.PN, // Performing Physician's Name
        [new(0x0008, 0x1070)] = DicomVr.PN, // Operators' Name
        [new(0x0010, 0x0032)] = DicomVr.TM, // Patient's Birth Time
        [new(0x0010, 0x1000)] = DicomVr.LO, // Other Patient IDs (retired)
        [new(0x0010, 0x1001)] = DicomVr.PN, // Other Patient Names
        [new(0x0010, 0x1010)] = DicomVr.AS, // Patient's Age
        [new(0x0010, 0x1040)] = DicomVr.LO, // Patient's Address
        [new(0x0010, 0x2154)] = DicomVr.SH, // Patient's Telephone Numbers
        [new(0x0010, 0x2160)] = DicomVr.SH, // Ethnic Group
        [new(0x0010, 0x2180)] = DicomVr.SH, // Occupation
        [new(0x0010, 0x4000)] = DicomVr.LT, // Patient Comments
        [new(0x0018, 0x0015)] = DicomVr.CS, // Body Part Examined
        [new(0x0018, 0x1030)] = DicomVr.LO, // Protocol Name
        [new(0x0020, 0x4000)] = DicomVr.LT, // Image Comments
        [new(0x0032, 0x1032)] = DicomVr.PN, // Requesting Physician
        [new(0x0032, 0x1033)] = DicomVr.LO, // Requesting Service
        [new(0x0032, 0x1060)] = DicomVr.LO, // Requested Procedure Description
        [new(0x0038, 0x0010)] = DicomVr.LO, // Admission ID
        [new(0x0040, 0x1001)] = DicomVr.SH, // Requested Procedure ID
        [new(0x0040, 0x2016)] = DicomVr.LO, // Placer Order Number
        [new(0x0040, 0x2017)] = DicomVr.LO, // Filler Order Number
        [new(0x0400, 0x0550)] = DicomVr.SQ, // Modified Attributes Sequence
        [Tags.OriginalAttributesSequence] = DicomVr.SQ,
        [new(0x0400, 0x0562)] = DicomVr.DT, // Attribute Modification DateTime
        [new(0x0400, 0x0563)] = DicomVr.LO, // Modifying System
        [new(0x0400, 0x0564)] = DicomVr.LO, // Source of Previous Values
        [new(0x0400, 0x0565)] = DicomVr.CS, // Reason for the Attribute Modification
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

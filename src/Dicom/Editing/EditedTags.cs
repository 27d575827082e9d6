using System.Collections.Frozen;

namespace MedStreams.Dicom.Editing;

/// <summary>Attributes that rules are usually for, beside those that are known anyway (PS3.6).</summary>
internal static class EditedTags
{
    public static readonly DicomTag ModifiedAttributesSequence = new(0x0400, 0x0550);
    public static readonly DicomTag AttributeModificationDateTime = new(0x0400, 0x0562);
    public static readonly DicomTag ModifyingSystem = new(0x0400, 0x0563);
    public static readonly DicomTag SourceOfPreviousValues = new(0x0400, 0x0564);
    public static readonly DicomTag ReasonForTheAttributeModification = new(0x0400, 0x0565);

    private static readonly FrozenDictionary<DicomTag, DicomVr> Vrs = new Dictionary<DicomTag, DicomVr>
    {
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
    }.ToFrozenDictionary();

    public static DicomVr VrOf(DicomTag tag) => Vrs.TryGetValue(tag, out var vr) ? vr : Dictionary.VrOf(tag);
}

namespace MedStreams.Dicom.Editing;

/// <summary>What is told of a change (PS3.3 table C.12.1.1.9-1).</summary>
internal static class EditedTags
{
    public static readonly DicomTag ModifiedAttributesSequence = new(0x0400, 0x0550);
    public static readonly DicomTag AttributeModificationDateTime = new(0x0400, 0x0562);
    public static readonly DicomTag ModifyingSystem = new(0x0400, 0x0563);
    public static readonly DicomTag SourceOfPreviousValues = new(0x0400, 0x0564);
    public static readonly DicomTag ReasonForTheAttributeModification = new(0x0400, 0x0565);
}

namespace MedStreams.Dicom;

/// <summary>What is wrong with bytes that are no DICOM.</summary>
public enum DicomError
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The bytes end within an element.</summary>
    Truncated,

    /// <summary>A sequence holds something that is no item.</summary>
    ItemExpected,

    /// <summary>An element is longer than the item, sequence or group that it is in.</summary>
    LengthBeyondParent,

    /// <summary>A value that cannot have an undefined length has one.</summary>
    UndefinedLength,

    /// <summary>An end of an item or a sequence where none is open.</summary>
    UnexpectedDelimiter,

    /// <summary>Sequences within sequences beyond the limit.</summary>
    TooDeep,

    /// <summary>Neither a DICOM file nor a data set.</summary>
    NotDicom,
}

/// <summary>What is wrong, and where. Tells nothing of any value.</summary>
/// <param name="Error">What.</param>
/// <param name="Position">The byte, from 0, at which it was noticed: of the file or the data set that was read.</param>
/// <param name="Tag">The element at that place.</param>
public readonly record struct DicomFault(DicomError Error, long Position, DicomTag Tag)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Error} at byte {Position}, element {Tag}";
}

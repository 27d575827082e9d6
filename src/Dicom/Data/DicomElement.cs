namespace MedStreams.Dicom;

/// <summary>
/// A data element: its value as the bytes that were read or are to be written, in the byte order of its data set. Immutable, as long as nobody changes those
/// bytes; then safe for concurrent use.
/// </summary>
public sealed class DicomElement
{
    private DicomElement(DicomTag tag, DicomVr vr) => (Tag, Vr) = (tag, vr);

    /// <summary>Its tag.</summary>
    public DicomTag Tag { get; }

    /// <summary>Its VR.</summary>
    public DicomVr Vr { get; }

    /// <summary>The value's bytes with their padding; empty for a sequence, for fragments, and where the value was left out.</summary>
    public ReadOnlyMemory<byte> Value { get; private init; }

    /// <summary>The items of a sequence; null where it is none.</summary>
    public IReadOnlyList<DicomItem>? Items { get; private init; }

    /// <summary>The fragments of encapsulated pixel data, the offset table first; null where there are none.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>>? Fragments { get; private init; }

    /// <summary>The length of a value that was too long to be kept; null where it is here.</summary>
    public long? LeftOut { get; private init; }

    /// <summary>Where the value is to be had, of an element that came as DICOM JSON without it (PS3.18 section F.2.6); null where that was not said.</summary>
    public string? BulkDataUri { get; private init; }

    /// <summary>Whether a delimiter ends it, as it was read or is to be written; so do all fragments.</summary>
    public bool HasUndefinedLength { get; private init; }

    /// <summary>Whether its VR is written, where its data set writes VRs at all.</summary>
    public bool IsVrWritten { get; private init; } = true;

    /// <summary>An element with a value. An odd length is kept: PS3.5 section 7.1 wants an even one, and archives hold others.</summary>
    public static DicomElement Of(DicomTag tag, DicomVr vr, ReadOnlyMemory<byte> value) => new(tag, vr) { Value = value };

    /// <summary>A sequence.</summary>
    public static DicomElement Sequence(DicomTag tag, IReadOnlyList<DicomItem> items, bool hasUndefinedLength = false) =>
        new(tag, DicomVr.SQ) { Items = items, HasUndefinedLength = hasUndefinedLength };

    /// <summary>Encapsulated pixel data.</summary>
    public static DicomElement Encapsulated(DicomTag tag, DicomVr vr, IReadOnlyList<ReadOnlyMemory<byte>> fragments) =>
        new(tag, vr) { Fragments = fragments, HasUndefinedLength = true };

    /// <summary>An element whose value is elsewhere.</summary>
    internal static DicomElement Elsewhere(DicomTag tag, DicomVr vr, string bulkDataUri) => new(tag, vr) { BulkDataUri = bulkDataUri, LeftOut = 0 };

    /// <summary>An element as it was read.</summary>
    internal static DicomElement Read(
        DicomTag tag,
        DicomVr vr,
        bool isVrWritten,
        ReadOnlyMemory<byte> value = default,
        IReadOnlyList<DicomItem>? items = null,
        IReadOnlyList<ReadOnlyMemory<byte>>? fragments = null,
        long? leftOut = null,
        bool hasUndefinedLength = false) =>
        new(tag, vr)
        {
            IsVrWritten = isVrWritten,
            Value = value,
            Items = items,
            Fragments = fragments,
            LeftOut = leftOut,
            HasUndefinedLength = hasUndefinedLength,
        };

    /// <summary>Tag, VR and length: no value, which may be a patient's.</summary>
    public override string ToString() => Items is not null ? $"{Tag} {Vr} {Items.Count} items" : $"{Tag} {Vr} {LeftOut ?? Value.Length} bytes";
}

/// <summary>An item of a sequence.</summary>
/// <param name="DataSet">What is in it.</param>
/// <param name="HasUndefinedLength">Whether a delimiter ends it.</param>
public sealed record DicomItem(DicomDataSet DataSet, bool HasUndefinedLength = false);

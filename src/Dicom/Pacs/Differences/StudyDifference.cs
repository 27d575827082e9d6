using MedStreams.Dicom.Pacs.Verifying;

namespace MedStreams.Dicom.Pacs.Differences;

/// <summary>A study that is not the same in two PACS.</summary>
/// <param name="StudyInstanceUid">Which.</param>
/// <param name="Kind">How.</param>
public sealed record StudyDifference(string StudyInstanceUid, StudyDifferenceKind Kind)
{
    /// <summary>Its day, as the first PACS gives it, or else the second; null where it has none.</summary>
    public DateOnly? StudyDate { get; init; }

    /// <summary>Its department, likewise.</summary>
    public string Department { get; init; } = "";

    /// <summary>What differs of its record, by DICOM's keywords, without the values; empty: nothing that was compared.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>What differs of its objects: expected is what the first PACS holds.</summary>
    public IReadOnlyList<ObjectDifference> Objects { get; init; } = [];

    /// <summary>Of a study that could not be compared: why, without patient data.</summary>
    public string? Reason { get; init; }
}

/// <summary>Kinds of differences of studies.</summary>
public enum StudyDifferenceKind
{
    /// <summary>Only the first PACS has it.</summary>
    Missing,

    /// <summary>Only the second PACS has it.</summary>
    Extra,

    /// <summary>Both have it, and it differs.</summary>
    Different,

    /// <summary>It could not be compared.</summary>
    Unknown,
}

using MedStreams.Dicom.Pacs;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>An object as it is staged.</summary>
internal sealed record StagedObject
{
    /// <summary>The collection's name of it.</summary>
    public required string ObjectId { get; init; }

    /// <summary>What names it in the archive.</summary>
    public required string TargetId { get; init; }

    public required StudyObjectKind Kind { get; init; }

    public required ObjectDigest Digest { get; init; }

    public string SeriesUid { get; init; } = "";

    public string? Modality { get; init; }

    public string? SopClass { get; init; }

    public string? Syntax { get; init; }

    public int? InstanceNumber { get; init; }

    public string? MediaType { get; init; }

    /// <summary>Its file.</summary>
    public required string File { get; init; }

    public required long PlainBytes { get; init; }

    public required long StoredBytes { get; init; }
}

/// <summary>What becomes of a staged object at the commit. The names stand in the index.</summary>
internal enum StagedOutcome
{
    /// <summary>It is new.</summary>
    New,

    /// <summary>The archive shows it already, equal.</summary>
    Equal,

    /// <summary>The same, and its file was damaged: it is written anew.</summary>
    Mended,

    /// <summary>The archive shows other content under its UID, and keeps that.</summary>
    Kept,

    /// <summary>The same, and this is the next version.</summary>
    Replaced,
}

/// <summary>An object as it is, or will be, in the archive.</summary>
/// <param name="StudyUid">In which study.</param>
/// <param name="TargetId">What names it.</param>
/// <param name="Digest">What it is.</param>
/// <param name="File">Where it lies.</param>
/// <param name="StoredBytes">How many bytes the file has.</param>
/// <param name="IsDamaged">Whether its file was found damaged.</param>
/// <param name="Outcome">Of a staged one: what becomes of it.</param>
/// <param name="IsStored">Of a staged one: whether the file is durable.</param>
internal sealed record KnownObject(
    string StudyUid, string TargetId, ObjectDigest Digest, string File, long StoredBytes, bool IsDamaged, StagedOutcome Outcome, bool IsStored);

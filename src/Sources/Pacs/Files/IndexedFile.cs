using System.Text.Json;
using System.Text.Json.Serialization;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Inspecting;

namespace MedStreams.Sources.Pacs.Files;

/// <summary>What the index keeps of a file.</summary>
internal sealed record IndexedFile
{
    /// <summary>The scan that saw it last.</summary>
    public required long Scan { get; init; }

    public required long Size { get; init; }

    /// <summary>When it was written last, in ticks, UTC.</summary>
    public required long Ticks { get; init; }

    public required IndexedKind Kind { get; init; }

    /// <summary>The study that it belongs to; null where none is known.</summary>
    public string? Study { get; init; }

    /// <summary>Of an instance: itself.</summary>
    public string? Instance { get; init; }

    public string? SopClass { get; init; }

    public string? Syntax { get; init; }

    public string? Series { get; init; }

    public string? Modality { get; init; }

    public int? Number { get; init; }

    /// <summary>Of an instance: which of the study's variants of patient and examination it carries.</summary>
    public string? Variant { get; init; }

    /// <summary>Of a document: what rule or table say.</summary>
    public DocumentClaim? Claim { get; init; }

    /// <summary>What is to be told of it; null: nothing.</summary>
    public FindingKind? Finding { get; init; }

    /// <summary>In words.</summary>
    public string? Detail { get; init; }

    /// <summary>Whether a file of this size and time is this one.</summary>
    public bool IsOf(long size, long ticks) => Size == size && Ticks == ticks;
}

/// <summary>Kinds of files.</summary>
internal enum IndexedKind
{
    Instance,
    Document,
    DicomDir,
    Other,
}

/// <summary>Whose a document says, by its path or a table, that it is.</summary>
internal sealed record DocumentClaim
{
    public string? Study { get; init; }

    public string? Accession { get; init; }

    public string? Name { get; init; }

    public string? MediaType { get; init; }
}

/// <summary>What the index keeps of a study.</summary>
/// <param name="Exam">The record.</param>
/// <param name="Accessions">All accession numbers that its instances carry.</param>
/// <param name="Folders">The folders that its instances lie in.</param>
internal sealed record IndexedStudy(ExamRecord Exam, IReadOnlyList<string> Accessions, IReadOnlyList<string> Folders);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IndexedFile))]
[JsonSerializable(typeof(IndexedStudy))]
[JsonSerializable(typeof(DocumentClaim))]
[JsonSerializable(typeof(SourceFinding))]
internal sealed partial class IndexJson : JsonSerializerContext
{
    public static byte[] Bytes(IndexedFile file) => JsonSerializer.SerializeToUtf8Bytes(file, Default.IndexedFile);

    public static byte[] Bytes(IndexedStudy study) => JsonSerializer.SerializeToUtf8Bytes(study, Default.IndexedStudy);

    public static byte[] Bytes(ExamRecord exam) => JsonSerializer.SerializeToUtf8Bytes(exam, Default.ExamRecord);

    public static byte[] Bytes(SourceFinding finding) => JsonSerializer.SerializeToUtf8Bytes(finding, Default.SourceFinding);
}

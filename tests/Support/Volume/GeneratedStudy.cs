using MedStreams.Dicom.Pacs;

namespace MedStreams.Support.Volume;

/// <summary>A generated examination.</summary>
/// <param name="Exam">What a source should tell of it.</param>
/// <param name="CharacterSet">(0008,0005); null: it is left out, and all is ASCII.</param>
/// <param name="WrittenDate">(0008,0020) as it is written; null: it is left out.</param>
/// <param name="Instances">Its instances, each once.</param>
/// <param name="Documents">What lies beside them and is no DICOM.</param>
internal sealed record GeneratedStudy(
    ExamRecord Exam, string? CharacterSet, string? WrittenDate, IReadOnlyList<GeneratedInstance> Instances, IReadOnlyList<GeneratedDocument> Documents)
{
    /// <summary>Instances that a folder holds a second time, byte for byte.</summary>
    public IReadOnlyList<GeneratedInstance> Copies { get; init; } = [];

    /// <summary>Instances under a UID of <see cref="Instances"/> with other pixels: a source that holds both contradicts itself.</summary>
    public IReadOnlyList<GeneratedInstance> Changed { get; init; } = [];

    /// <summary>What a DICOM node that holds all of it should tell.</summary>
    public StudyCollection Collection => new(Exam, [.. Instances.Select(i => i.Object)], []);
}

/// <summary>Something beside the images.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="MediaType">What it is.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record GeneratedDocument(string Name, string MediaType, byte[] Content)
{
    /// <summary>What it is to the byte.</summary>
    public ObjectDigest Digest => ObjectDigest.Of(System.Security.Cryptography.SHA256.HashData(Content), Content.Length);
}

namespace MedStreams.Dicom.Pacs;

/// <summary>All that belongs to an examination: the record and its objects, which is what a target must hold when it is complete.</summary>
/// <param name="Exam">The record.</param>
/// <param name="Objects">Images and documents, each once, by <see cref="StudyObject.Id"/>.</param>
/// <param name="Notes">What was odd, such as one instance found twice: how the expectation was adjusted. Without patient data.</param>
public sealed record StudyCollection(ExamRecord Exam, IReadOnlyList<StudyObject> Objects, IReadOnlyList<string> Notes);

/// <summary>An object of an examination: where it belongs and where it lies.</summary>
public sealed record StudyObject
{
    /// <summary>What names it within the study: the SOP Instance UID, or the name of a document.</summary>
    public required string Id { get; init; }

    /// <summary>What it is.</summary>
    public required StudyObjectKind Kind { get; init; }

    /// <summary>The series that it is in; empty for a document that is in none.</summary>
    public string SeriesInstanceUid { get; init; } = "";

    /// <summary>Its SOP class; null where the source does not say, and for documents.</summary>
    public string? SopClassUid { get; init; }

    /// <summary>How its data set is written; null where the source does not say.</summary>
    public string? TransferSyntaxUid { get; init; }

    /// <summary>Its place within the series, (0020,0013).</summary>
    public int? InstanceNumber { get; init; }

    /// <summary>Of a document: its media type, such as <c>application/pdf</c>.</summary>
    public string? MediaType { get; init; }

    /// <summary>Where it is stored (<c>file:</c>, <c>ftp:</c>, <c>s3:</c>, <c>https:</c>); null: it is asked for by identifier.</summary>
    public string? Location { get; init; }

    /// <summary>How many bytes are at that place; null where the source does not say.</summary>
    public long? Bytes { get; init; }
}

/// <summary>Kinds of objects.</summary>
public enum StudyObjectKind
{
    /// <summary>A DICOM instance.</summary>
    Instance,

    /// <summary>Anything else: a report as PDF, a picture, a scan.</summary>
    Document,
}

namespace MedStreams.Dicom.Pacs.Inspecting;

/// <summary>Something about a source that a person should know before, or after, its studies are moved.</summary>
/// <param name="Kind">What.</param>
/// <param name="Detail">In words, without names of patients.</param>
public sealed record SourceFinding(FindingKind Kind, string Detail)
{
    /// <summary>The study that it is about; null where it is about none, or nobody knows.</summary>
    public string? StudyInstanceUid { get; init; }

    /// <summary>The object that it is about, as <see cref="StudyObject.Id"/>; null where it is about none.</summary>
    public string? ObjectId { get; init; }

    /// <summary>Where it lies. Names of files may name patients: for the report, not for logs.</summary>
    public string? Location { get; init; }
}

/// <summary>Kinds of findings.</summary>
public enum FindingKind
{
    /// <summary>A file that is DICOM, or seems to be, and cannot be read: it will not be moved.</summary>
    UnreadableFile,

    /// <summary>A file that is neither DICOM nor declared as a document: it will not be moved.</summary>
    UnknownFile,

    /// <summary>A folder that cannot be read: what is in it is not known.</summary>
    UnreadableFolder,

    /// <summary>A link that leads out of the declared folders, or nowhere: it was not followed.</summary>
    LinkNotFollowed,

    /// <summary>A file that a DICOMDIR names and that is not there.</summary>
    MissingFile,

    /// <summary>A document of which no study is known: it will not be moved.</summary>
    UnmatchedDocument,

    /// <summary>A document that several studies may own: it will not be moved.</summary>
    AmbiguousDocument,

    /// <summary>A record without a study UID: it will not be moved.</summary>
    RecordWithoutStudy,

    /// <summary>A UID that is none (PS3.5 section 9): targets may refuse it.</summary>
    BrokenUid,

    /// <summary>An instance that stands in a study more than once.</summary>
    DuplicateInstance,

    /// <summary>An instance that stands in several studies: a target that knows instances by their UID alone keeps one of them.</summary>
    InstanceInSeveralStudies,

    /// <summary>A study under several patients: two patients that were merged, or a mistake.</summary>
    StudyOfSeveralPatients,

    /// <summary>A study without a patient id.</summary>
    StudyWithoutPatient,

    /// <summary>A study without a valid date: windows of days do not see it.</summary>
    StudyWithoutDate,

    /// <summary>A study without a single object.</summary>
    EmptyStudy,

    /// <summary>A study that the source lists more than once.</summary>
    StudyListedTwice,

    /// <summary>A study whose number of objects is another than the source says.</summary>
    CountDiffers,

    /// <summary>A study that could not be looked at.</summary>
    StudyNotCollected,

    /// <summary>The source said that it may have kept records back.</summary>
    SourceAlarm,

    /// <summary>Anything else that was noted while a study was collected.</summary>
    Note,
}

/// <summary>A source that knows of things which belong to none of its studies, or are odd about one. Safe for several threads.</summary>
public interface ISourceFindings
{
    /// <summary>All that is known, in an order of its own.</summary>
    /// <param name="cancellationToken">Ends the listing.</param>
    IAsyncEnumerable<SourceFinding> FindingsAsync(CancellationToken cancellationToken);
}

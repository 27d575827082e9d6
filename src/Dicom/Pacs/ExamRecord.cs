namespace MedStreams.Dicom.Pacs;

/// <summary>An examination as the old PACS tells of it: one study, with what is needed to order, group and find it.</summary>
public sealed record ExamRecord
{
    /// <summary>What names the study in every PACS: its Study Instance UID, trimmed.</summary>
    public required string StudyInstanceUid { get; init; }

    /// <summary>The subject: ID card or registration number, (0010,0020).</summary>
    public string PatientId { get; init; } = "";

    /// <summary>Who gave that number, (0010,0021).</summary>
    public string? IssuerOfPatientId { get; init; }

    /// <summary>The subject's name, (0010,0010), all component groups.</summary>
    public string? PatientName { get; init; }

    /// <summary>The order it answers, (0008,0050).</summary>
    public string? AccessionNumber { get; init; }

    /// <summary>The day of the examination; null where it is missing or no date.</summary>
    public DateOnly? StudyDate { get; init; }

    /// <summary>The time of the examination, where it is one.</summary>
    public TimeOnly? StudyTime { get; init; }

    /// <summary>The department whose list it belongs to; empty where the source knows none.</summary>
    public string Department { get; init; } = "";

    /// <summary>What was done, (0008,1030).</summary>
    public string? Description { get; init; }

    /// <summary>With which kinds of device, (0008,0061).</summary>
    public IReadOnlyList<string> Modalities { get; init; } = [];

    /// <summary>How many series the source says it has; null where it does not say.</summary>
    public int? Series { get; init; }

    /// <summary>How many instances the source says it has; null where it does not say.</summary>
    public int? Instances { get; init; }

    /// <summary>What else the source knows, by its own names: a path, a row's key.</summary>
    public IReadOnlyDictionary<string, string> Attributes { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

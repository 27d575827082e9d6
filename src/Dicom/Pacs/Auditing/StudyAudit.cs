namespace MedStreams.Dicom.Pacs.Auditing;

/// <summary>A study that was moved, for an audit trail. Immutable.</summary>
public sealed record StudyAudit
{
    /// <summary>Which message it becomes.</summary>
    public required AuditEventKind Kind { get; init; }

    /// <summary>How it went; default well.</summary>
    public AuditOutcome Outcome { get; init; } = AuditOutcome.Success;

    /// <summary>Where it did not go well: why, without patient data.</summary>
    public string? OutcomeDescription { get; init; }

    /// <summary>When it was done.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What the new PACS had of it before; told by instances transferred, as an import always creates.</summary>
    public AuditAction Action { get; init; } = AuditAction.Create;

    /// <summary>The old PACS.</summary>
    public required AuditParticipant Source { get; init; }

    /// <summary>The new PACS.</summary>
    public required AuditParticipant Destination { get; init; }

    /// <summary>Who asked for it: this program, on behalf of whoever runs it.</summary>
    public required AuditParticipant Requestor { get; init; }

    /// <summary>What tells of it: the name of this installation.</summary>
    public required string AuditSourceId { get; init; }

    /// <summary>The organization or site; null: not told.</summary>
    public string? EnterpriseSiteId { get; init; }

    /// <summary>The study.</summary>
    public required string StudyInstanceUid { get; init; }

    /// <summary>The order it answers; null: none, or not known.</summary>
    public string? AccessionNumber { get; init; }

    /// <summary>How many instances of each SOP class were moved.</summary>
    public IReadOnlyDictionary<string, int> Instances { get; init; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Whether the objects were encrypted on their way or where they lie now; null: not told.</summary>
    public bool? Encrypted { get; init; }

    /// <summary>The patient's number; empty where the source has none.</summary>
    public required string PatientId { get; init; }

    /// <summary>The patient's name; null where the source has none.</summary>
    public string? PatientName { get; init; }
}

/// <summary>Somebody, or some program, that took part.</summary>
/// <param name="UserId">What names it at its host: a process, a user (PS3.15 section A.5.2.1).</param>
public sealed record AuditParticipant(string UserId)
{
    /// <summary>Its application entity titles; empty where it speaks no DIMSE.</summary>
    public IReadOnlyList<string> AeTitles { get; init; } = [];

    /// <summary>The host or address where it is; null: not told.</summary>
    public string? NetworkAccessPoint { get; init; }
}

/// <summary>Messages for studies that move (PS3.15 section A.5.3).</summary>
public enum AuditEventKind
{
    /// <summary>Between nodes of one organization: DICOM Instances Transferred, section A.5.3.7.</summary>
    InstancesTransferred,

    /// <summary>From outside of it, as from a folder or medium: Data Import, section A.5.3.5.</summary>
    Import,
}

/// <summary>What a transfer did to the receiver's copies.</summary>
public enum AuditAction
{
    /// <summary>It had none.</summary>
    Create,

    /// <summary>It had them, and nothing had to be changed.</summary>
    Read,

    /// <summary>It had others, and they were changed.</summary>
    Update,
}

/// <summary>How an event went. The numbers stand in the messages.</summary>
public enum AuditOutcome
{
    /// <summary>Well.</summary>
    Success = 0,

    /// <summary>Not, and it is tried again.</summary>
    MinorFailure = 4,

    /// <summary>Not, and somebody must look.</summary>
    SeriousFailure = 8,

    /// <summary>The application cannot go on.</summary>
    MajorFailure = 12,
}

using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Auditing;

namespace MedStreams.Cli.Running.Migration.Moving;

/// <summary>Tells an audit trail of studies that were moved: each once, or more often where the process ends just then. Safe for several threads.</summary>
/// <param name="trail">Where that stands.</param>
/// <param name="source">What the old PACS is called.</param>
/// <param name="target">What the new PACS is called.</param>
/// <param name="requestor">What this program is called.</param>
/// <param name="kind">Which message it becomes.</param>
/// <param name="clock">The clock.</param>
internal sealed class StudyAuditor(IAuditTrail trail, string source, string target, string requestor, AuditEventKind kind, TimeProvider clock)
{
    /// <summary>A study is in the new PACS, complete and verified.</summary>
    /// <exception cref="PacsException">The trail cannot be written; the study must not count as migrated before it can.</exception>
    public async ValueTask MovedAsync(ExamRecord exam, IReadOnlyCollection<KeptObject> objects, CancellationToken cancellationToken)
    {
        var audit = new StudyAudit
        {
            Kind = kind,
            At = clock.GetUtcNow(),
            Action = objects.All(o => o.Stored is { WasThere: true }) ? AuditAction.Read : AuditAction.Create,
            Source = new AuditParticipant(source),
            Destination = new AuditParticipant(target),
            Requestor = new AuditParticipant(requestor),
            AuditSourceId = requestor,
            StudyInstanceUid = exam.StudyInstanceUid,
            AccessionNumber = exam.AccessionNumber,
            Instances = objects.Select(o => o.Object.SopClassUid).OfType<string>().CountBy(uid => uid).ToDictionary(StringComparer.Ordinal),
            PatientId = exam.PatientId,
            PatientName = exam.PatientName,
        };
        try
        {
            await trail.WriteAsync(audit, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PacsException($"The audit trail cannot be written: {e.GetType().Name}. Give it room, or see to its rights.", e) { Failure = PacsFailure.Unavailable };
        }
    }
}

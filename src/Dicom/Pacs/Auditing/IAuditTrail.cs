namespace MedStreams.Dicom.Pacs.Auditing;

/// <summary>Where the security officer's records go (PS3.15 section A.5): a topic, a file, an audit repository. Safe for several threads.</summary>
public interface IAuditTrail
{
    /// <summary>Records that a study was moved, or was to be. When this returns, the record is as durable as the trail can make it.</summary>
    /// <param name="audit">What happened. It names a patient: it belongs into the trail alone, not into logs.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="IOException">The trail cannot be written.</exception>
    ValueTask WriteAsync(StudyAudit audit, CancellationToken cancellationToken);
}

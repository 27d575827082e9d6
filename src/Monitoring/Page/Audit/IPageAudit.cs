namespace MedStreams.Monitoring.Page;

/// <summary>Where actions are written to. Safe for use by several threads.</summary>
public interface IPageAudit
{
    /// <summary>Writes an entry; done when it is durable.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="PageAuditException">It could not be written.</exception>
    Task WriteAsync(AuditEntry entry, CancellationToken cancellationToken);
}

/// <summary>An entry of the audit could not be written.</summary>
/// <param name="message">Why.</param>
/// <param name="inner">The cause.</param>
public sealed class PageAuditException(string message, Exception? inner = null) : Exception(message, inner);

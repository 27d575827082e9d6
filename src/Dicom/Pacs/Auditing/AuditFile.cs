using System.Text;

namespace MedStreams.Dicom.Pacs.Auditing;

/// <summary>An audit trail in a file: one message a line, made durable one by one. For one process; safe for several threads.</summary>
public sealed class AuditFile : IAuditTrail, IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly FileStream _file;

    /// <summary>Opens the trail at its end; makes it where it is missing, for its owner alone.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public AuditFile(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _file = new FileStream(path, options);
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(StudyAudit audit, CancellationToken cancellationToken)
    {
        var line = Encoding.UTF8.GetBytes(AuditMessage.ToXml(audit) + "\n");
        await _gate.WaitAsync(cancellationToken);
        try
        {
            await _file.WriteAsync(line, CancellationToken.None); // whole or not begun
            _file.Flush(flushToDisk: true);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _gate.Dispose();
    }
}

using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Pacs.Auditing;

namespace MedStreams.Cli.Running.Migration;

/// <summary>The audit trails of a run as one: an event is recorded when each of them has it. Safe for several threads.</summary>
internal sealed class AuditTrails : IAuditTrail, IAsyncDisposable
{
    private readonly AuditFile? _file;
    private readonly AuditTopic? _topic;

    private AuditTrails(AuditFile? file, AuditTopic? topic) => (_file, _topic) = (file, topic);

    /// <summary>Opens those that the settings name; null: they name none.</summary>
    /// <exception cref="CliException">One cannot be written.</exception>
    public static AuditTrails? Open(MigrationSetting setting, PacsParts pacs)
    {
        var file = pacs.OpenAuditTrail();
        var topic = setting.Settings.Find(MigrationSettings.AuditTopic, out var name) ? new AuditTopic(setting.Kafka, name) : null;
        return file is null && topic is null ? null : new AuditTrails(file, topic);
    }

    public async ValueTask WriteAsync(StudyAudit audit, CancellationToken cancellationToken)
    {
        if (_file is not null)
            await _file.WriteAsync(audit, cancellationToken);
        if (_topic is not null)
            await _topic.WriteAsync(audit, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _topic?.Dispose();
        if (_file is not null)
            await _file.DisposeAsync();
    }
}

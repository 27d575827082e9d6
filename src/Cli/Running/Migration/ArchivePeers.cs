using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Sinks.Pacs;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Cli.Running.Migration;

/// <summary>The built-in archive as new PACS.</summary>
internal static class ArchivePeers
{
    public static NewPacs Target(PeerContext context)
    {
        var settings = context.Settings;
        var peer = MigrationSettings.Target;
        var archive = new StudyArchive(new ArchiveOptions
        {
            ConnectionString = settings.Require(PostgresSettings.ConnectionString),
            Folder = context.FullPath(settings.Require(peer.Folder)),
            Name = settings.Find(peer.Name, out var name) ? name : "archive",
            Conflicts = settings.Get(MigrationSettings.Conflicts) switch
            {
                ConflictPolicy.Replace => ArchiveConflictPolicy.Replace,
                ConflictPolicy.Keep => ArchiveConflictPolicy.KeepOld,
                _ => ArchiveConflictPolicy.Error,
            },
            Compression = settings.Get(MigrationSettings.Compression),
            Keys = Keys(settings),
            ApplyMigrations = settings.Get(PostgresSettings.ApplyMigrations),
        });
        return new NewPacs(archive) { Exams = new ArchiveSource(archive, context.Spool), Resources = [archive] };
    }

    private static ArchiveKeyRing Keys(EffectiveSettings settings)
    {
        var references = settings.Entries(MigrationSettings.ArchiveKeys);
        try
        {
            var current = settings.Find(MigrationSettings.ArchiveKey, out var name) ? name : null;
            return references.Count == 0 && current is null
                ? ArchiveKeyRing.Empty
                : new ArchiveKeyRing(references.Select(r => ArchiveKey.FromReference(r.Key, r.Value)), current);
        }
        catch (ArgumentException e)
        {
            throw CliException.Usage($"{e.Message} ({SettingsCatalog.Section}:{MigrationSettings.ArchiveKeys.Key}:NAME, {SettingsCatalog.Section}:{MigrationSettings.ArchiveKey.Key})");
        }
    }
}

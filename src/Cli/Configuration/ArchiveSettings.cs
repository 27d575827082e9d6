using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Cli.Configuration;

/// <summary>Where the built-in archive is and how it stores; the meanings are those of <see cref="ArchiveOptions"/>.</summary>
internal static class ArchiveSettings
{
    public static Setting<string> ConnectionString { get; } =
        new("Archive:ConnectionString", "The PostgreSQL database of the archive's index; not set: Postgres:ConnectionString", Rules.Text, null)
        {
            Secret = true,
            Option = "dotnet user-secrets --id medstreams set MedStreams:Archive:ConnectionString ..",
        };

    public static Setting<string> Folder { get; } =
        new("Archive:Folder", "The folder of the archive's object files, on one file system", Rules.Text, null);

    public static Setting<string> Name { get; } = new("Archive:Name", "What the archive is called in reports", Rules.Text, "archive");

    public static Setting<ArchiveConflictPolicy> Conflicts { get; } =
        new("Archive:Conflicts", "What happens to other content under a known UID",
            Rules.OneOf(("error", ArchiveConflictPolicy.Error), ("keep", ArchiveConflictPolicy.KeepOld), ("replace", ArchiveConflictPolicy.Replace)), "error");

    public static Setting<ArchiveCompression> Compression { get; } =
        new("Archive:Compression", "How new objects are compressed",
            Rules.OneOf(("none", ArchiveCompression.None), ("zlib", ArchiveCompression.ZLib), ("brotli", ArchiveCompression.Brotli)), "none");

    public static Setting<string> CurrentKey { get; } =
        new("Archive:CurrentKey", "The key that new objects are encrypted with, one of Archive:Keys; not set: they are not encrypted", Rules.Text, null);

    public static Setting<int> MaxConnections { get; } =
        new("Archive:MaxConnections", "Most connections to the archive's index", Rules.Integer(2, 10_000), "20");

    public static SettingGroup Keys { get; } =
        new("Archive:Keys", "Keys by name: where each is kept, file:PATH or env:NAME, 32 bytes as base64 or hexadecimal; old ones stay, to read with");

    /// <summary>All settings, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } = [ConnectionString, Folder, Name, Conflicts, Compression, CurrentKey, MaxConnections];

    /// <summary>All groups.</summary>
    public static IReadOnlyList<SettingGroup> Groups { get; } = [Keys];

    /// <summary>The archive's options; the keys are read from where they are kept.</summary>
    /// <exception cref="CliException">A setting is missing or wrong; the text says which.</exception>
    public static ArchiveOptions ToOptions(EffectiveSettings settings)
    {
        try
        {
            var keys = settings.Entries(Keys).Select(entry => ArchiveKey.FromReference(entry.Key, entry.Value));
            var options = new ArchiveOptions
            {
                ConnectionString = settings.Find(ConnectionString, out var own) ? own : settings.Require(PostgresSettings.ConnectionString),
                Folder = settings.Require(Folder),
                Name = settings.Get(Name),
                Conflicts = settings.Get(Conflicts),
                Compression = settings.Get(Compression),
                Keys = new ArchiveKeyRing(keys, settings.Find(CurrentKey, out var current) ? current : null),
                ApplyMigrations = settings.Get(PostgresSettings.ApplyMigrations),
                MaxConnections = settings.Get(MaxConnections),
            };
            options.Validate();
            return options;
        }
        catch (ArgumentException e)
        {
            throw CliException.Usage($"MedStreams:Archive: {e.Message}");
        }
    }
}

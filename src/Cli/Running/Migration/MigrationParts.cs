using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Editing;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Wrapping;
using MedStreams.Sinks.Pacs;

namespace MedStreams.Cli.Running.Migration;

/// <summary>Makes the PACS that the settings name.</summary>
internal static class MigrationParts
{
    /// <summary>Old and new PACS, and what is between them.</summary>
    /// <exception cref="CliException">A setting is missing, or wrong.</exception>
    public static async Task<PacsParts> CreateAsync(EffectiveSettings settings, CliEnvironment environment)
    {
        var (source, target) = (settings.Require(MigrationSettings.Source.Kind), settings.Require(MigrationSettings.Target.Kind));
        var context = new PeerContext(settings, environment);
        OldPacs? old = null;
        try
        {
            old = Source(context, source);
            return new PacsParts(context, old, Target(context, target));
        }
        catch
        {
            foreach (var resource in old?.Resources ?? [])
                await resource.DisposeAsync();
            await context.DisposeAsync();
            throw;
        }
    }

    private static OldPacs Source(PeerContext context, string kind) => kind switch
    {
        "dicom" => DicomPeers.Source(context),
        "folder" => FolderPeers.Source(context),
        "declared" => DeclaredPeers.Source(context),
        "sql" => SqlPeers.Source(context),
        _ => WebPeers.Source(context),
    };

    /// <summary>A new PACS; one by DICOM takes documents wrapped as instances, and all take instances as the rules change them.</summary>
    private static NewPacs Target(PeerContext context, string kind)
    {
        var editor = Editor(context);
        var wrapper = kind == "archive" ? null : new DocumentWrapper(context.Spool);
        PreparedTarget Prepared(IPacsTarget target) => new(target, wrapper, editor);
        return kind switch
        {
            "archive" => ArchivePeers.Target(context, Prepared),
            "dicom" => DicomPeers.Target(context, Prepared),
            _ => WebPeers.Target(context.Settings, Prepared),
        };
    }

    private static InstanceEditor? Editor(PeerContext context)
    {
        if (!context.Settings.Find(MigrationSettings.TagRules, out var file))
            return null;
        var path = context.FullPath(file);
        try
        {
            return new InstanceEditor(TagRulesReader.Read(File.ReadAllText(path), Path.GetDirectoryName(path)!), context.Spool);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TagRuleException)
        {
            throw CliException.Usage($"{SettingsCatalog.Section}:{MigrationSettings.TagRules.Key}: {path} cannot be used: {e.Message}");
        }
    }
}

using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Sources.Pacs.Files;

namespace MedStreams.Cli.Running.Migration;

/// <summary>A tree of DICOM files as old PACS.</summary>
internal static class FolderPeers
{
    public static OldPacs Source(PeerContext context)
    {
        var settings = context.Settings;
        var root = Root(context, settings.Require(MigrationSettings.Source.Folder));
        var tree = new DirectoryTreeSource(new DirectoryTreeOptions
        {
            Roots = [root],
            IndexFolder = context.FullPath(settings.Get(MigrationSettings.IndexDirectory)),
            Name = settings.Find(MigrationSettings.Source.Name, out var name) ? name : root,
            DocumentTable = settings.Find(MigrationSettings.DocumentTable, out var table) ? context.FullPath(table) : null,
        });
        var located = new LocatedPeers(context);
        return new OldPacs(tree, tree, located.Fetcher(byIdentifier: null)) { IsOutside = true, Resources = [.. located.Resources, tree] };
    }

    /// <summary>The folder that is set, which must be there.</summary>
    public static string Root(PeerContext context, string folder)
    {
        var root = context.FullPath(folder);
        return Directory.Exists(root)
            ? root
            : throw CliException.Usage($"there is no folder {root} ({SettingsCatalog.Section}:{MigrationSettings.Source.Folder.Key})");
    }
}

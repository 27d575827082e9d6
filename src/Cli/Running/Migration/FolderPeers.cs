using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Pacs;
using MedStreams.Sources.Pacs.Files;
using MedStreams.Sources.Pacs.Located;

namespace MedStreams.Cli.Running.Migration;

/// <summary>A tree of DICOM files as old PACS.</summary>
internal static class FolderPeers
{
    public static OldPacs Source(PeerContext context)
    {
        var settings = context.Settings;
        var peer = MigrationSettings.Source;
        var root = context.FullPath(settings.Require(peer.Folder));
        if (!Directory.Exists(root))
            throw CliException.Usage($"there is no folder {root} ({SettingsCatalog.Section}:{peer.Folder.Key})");
        var tree = new DirectoryTreeSource(new DirectoryTreeOptions
        {
            Roots = [root],
            IndexFolder = context.FullPath(settings.Get(MigrationSettings.IndexDirectory)),
            Name = settings.Find(peer.Name, out var name) ? name : root,
        });
        var files = new LocatedFetcher(new LocalFileStore([root]), context.Spool, new LocatedFetcherOptions(), TimeProvider.System);
        return new OldPacs(tree, tree, new SchemeFetcher(new Dictionary<string, IObjectFetcher>(StringComparer.Ordinal) { ["file"] = files }, byIdentifier: null))
        {
            Resources = [tree],
        };
    }
}

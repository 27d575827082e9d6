using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;

namespace MedStreams.Cli.Running.Migration;

/// <summary>Makes the PACS that the settings name.</summary>
internal static class MigrationParts
{
    /// <summary>Old and new PACS, and what is between them.</summary>
    /// <exception cref="CliException">A setting is missing, or wrong.</exception>
    public static async Task<PacsParts> CreateAsync(EffectiveSettings settings, string workingDirectory)
    {
        var (source, target) = (settings.Require(MigrationSettings.Source.Kind), settings.Require(MigrationSettings.Target.Kind));
        var context = new PeerContext(settings, workingDirectory);
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
        "sql" => SqlPeers.Source(context),
        _ => WebPeers.Source(context),
    };

    private static NewPacs Target(PeerContext context, string kind) => kind switch
    {
        "archive" => ArchivePeers.Target(context),
        "dicom" => DicomPeers.Target(context),
        _ => WebPeers.Target(context.Settings),
    };
}

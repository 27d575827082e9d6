using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Cli.Running.Migration;

/// <summary>Makes the PACS that the settings name.</summary>
internal static class MigrationParts
{
    /// <summary>Old and new PACS with the spool between them, in a folder of this process's own.</summary>
    /// <exception cref="CliException">A setting is missing.</exception>
    public static PacsParts Create(EffectiveSettings settings, string workingDirectory)
    {
        var spool = OpenSpool(settings, workingDirectory, out var folder);
        var source = Source(settings, spool);
        try
        {
            return new PacsParts(source with { Resources = [.. source.Resources, folder] }, Target(settings));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>What the old PACS is called, in reports and in the database.</summary>
    public static OldPacs Source(EffectiveSettings settings, Spool spool) => settings.Require(MigrationSettings.Source.Kind) switch
    {
        _ => WebPeers.Source(settings, spool),
    };

    private static NewPacs Target(EffectiveSettings settings) => settings.Require(MigrationSettings.Target.Kind) switch
    {
        _ => WebPeers.Target(settings),
    };

    private static Spool OpenSpool(EffectiveSettings settings, string workingDirectory, out SpoolFolder folder)
    {
        var parent = Path.GetFullPath(settings.Get(MigrationSettings.SpoolDirectory), workingDirectory);
        folder = SpoolFolder.Create(parent);
        return new Spool(folder.Path, settings.Get(MigrationSettings.SpoolBytes));
    }
}

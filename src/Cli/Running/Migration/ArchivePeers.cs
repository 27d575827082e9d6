using MedStreams.Cli.Configuration;
using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Pacs;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Cli.Running.Migration;

/// <summary>The built-in archive, as its own settings say, on either side.</summary>
internal static class ArchivePeers
{
    public static NewPacs Target(PeerContext context, Func<IPacsTarget, PreparedTarget> prepare)
    {
        var archive = Open(context);
        return new NewPacs(prepare(archive)) { Exams = new ArchiveSource(archive, context.Spool), Resources = [archive] };
    }

    private static StudyArchive Open(PeerContext context)
    {
        var options = ArchiveSettings.ToOptions(context.Settings);
        return new StudyArchive(options with { Folder = context.FullPath(options.Folder) });
    }
}

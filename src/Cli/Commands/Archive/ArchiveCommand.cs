using System.CommandLine;
using MedStreams.Cli.Configuration;
using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Cli.Commands.Archive;

/// <summary><c>archive</c>: looks into the built-in archive, takes out of it, checks and sweeps it.</summary>
internal static class ArchiveCommand
{
    public static Command Create(CliEnvironment environment) => new("archive", "Looks into the built-in archive of studies, checks it and takes out of it")
    {
        ArchiveListCommand.Create(environment),
        ArchiveGetCommand.Create(environment),
        ArchiveCheckCommand.Create(environment),
        ArchiveSweepCommand.Create(environment),
    };

    /// <summary>Runs a verb on the archive of the settings.</summary>
    /// <exception cref="CliException">It cannot be had; the text holds no patient data.</exception>
    public static async Task<int> WithAsync(CommandContext context, Func<StudyArchive, Task<int>> verb)
    {
        var options = ArchiveSettings.ToOptions(context.Settings);
        await using var archive = new StudyArchive(options with { Folder = context.FullPath(options.Folder) });
        try
        {
            return await verb(archive);
        }
        catch (PacsException e)
        {
            throw CliException.Failed(e.Message, e);
        }
    }
}

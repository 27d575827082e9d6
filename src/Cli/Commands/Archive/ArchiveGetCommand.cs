using System.CommandLine;
using MedStreams.Cli.Terminal;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Cli.Commands.Archive;

/// <summary><c>archive get</c>: writes a study, or an object of it, into a folder.</summary>
internal static class ArchiveGetCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var study = new Argument<string>("STUDY") { Description = "Its Study Instance UID" };
        var one = new Argument<string?>("OBJECT") { Arity = ArgumentArity.ZeroOrOne, Description = "One object alone: its SOP Instance UID, or a document's name" };
        var version = new Option<int?>("--version-number") { Description = "An older version of that object, from 1", HelpName = "N" };
        version.MustBeAtLeast(1);
        var to = new Option<string>("--to") { Description = "The folder to write into; made where it is missing", HelpName = "DIR", DefaultValueFactory = _ => "." };
        return new Command("get", "Writes a study of the archive, or one of its objects, into a folder; each file is compared with its digest") { study, one, version, to }
            .Runs(environment, (context, stop) => ArchiveCommand.WithAsync(context, archive => RunAsync(
                context,
                archive,
                context.Parse.GetRequiredValue(study),
                context.Parse.GetValue(one),
                context.Parse.GetValue(version),
                context.FullPath(context.Parse.GetRequiredValue(to)),
                stop)));
    }

    private static async Task<int> RunAsync(
        CommandContext context, StudyArchive archive, string study, string? one, int? version, string folder, CancellationToken stop)
    {
        if (version is not null && one is null)
            throw CliException.Usage("--version-number is for one object: name it");
        try
        {
            var exported = await new ArchiveExport(archive).WriteAsync(study, one, version, folder, stop)
                ?? throw CliException.Failed("the archive has no such study or object; 'medstreams archive list' shows all");
            var table = new Table("file");
            foreach (var path in exported.Files)
                table.Add(path);
            context.Output.Write(table);
            foreach (var damage in exported.Damaged)
                context.Say("medstreams: damaged, not written: " + damage);
            return exported.Damaged.Count == 0 ? ExitCodes.Done : ExitCodes.CheckFailed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliException.Failed($"the folder {folder} cannot be written: {e.GetType().Name}", e);
        }
    }
}

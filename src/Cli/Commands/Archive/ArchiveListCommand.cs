using System.CommandLine;
using System.Globalization;
using MedStreams.Cli.Terminal;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Cli.Commands.Archive;

/// <summary><c>archive list</c>: studies, or the objects of one.</summary>
internal static class ArchiveListCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var study = new Argument<string?>("STUDY") { Arity = ArgumentArity.ZeroOrOne, Description = "Its objects (default: all studies)" };
        var limit = new Option<int>("--limit") { Description = "At most so many studies", DefaultValueFactory = _ => 1000 };
        limit.MustBeAtLeast(1);
        var window = new WindowOptions();
        var command = new Command("list", "Lists the studies of the archive, or the objects of one") { study, limit };
        foreach (var option in window.All)
            command.Add(option);
        return command.Runs(environment, (context, stop) => ArchiveCommand.WithAsync(context, archive =>
        {
            var catalog = new ArchiveCatalog(archive);
            return context.Parse.GetValue(study) is { } uid
                ? ObjectsAsync(context, catalog, uid, stop)
                : StudiesAsync(context, catalog, window, context.Parse.GetValue(limit), stop);
        }));
    }

    private static async Task<int> StudiesAsync(CommandContext context, ArchiveCatalog catalog, WindowOptions window, int limit, CancellationToken stop)
    {
        var table = new Table("study", "date", "department", "series", "instances", "objects", "bytes");
        var isCut = false;
        await foreach (var study in catalog.StudiesAsync(window.Read(context.Parse), stop))
        {
            if (isCut = table.Rows.Count == limit)
                break;
            var exam = study.Exam;
            table.Add(exam.StudyInstanceUid, exam.StudyDate?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), exam.Department, exam.Series, exam.Instances, study.Objects, study.Bytes);
        }

        context.Output.Write(table);
        if (isCut)
            context.Say($"There are more than {limit}: --limit N shows more.");
        return ExitCodes.Done;
    }

    private static async Task<int> ObjectsAsync(CommandContext context, ArchiveCatalog catalog, string study, CancellationToken stop)
    {
        var objects = await catalog.ObjectsAsync(study, stop) ?? throw CliException.Failed("there is no such study; 'medstreams archive list' shows all");
        var table = new Table("series", "object", "version", "kind", "bytes", "sha256", "file");
        foreach (var one in objects)
            table.Add(one.SeriesInstanceUid, one.Id, one.Version, one.Kind.ToString().ToLowerInvariant(), one.Digest.Bytes, one.Digest.Sha256, one.FilePath);
        context.Output.Write(table);
        return ExitCodes.Done;
    }
}

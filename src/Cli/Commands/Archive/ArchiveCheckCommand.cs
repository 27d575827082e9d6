using System.CommandLine;
using MedStreams.Cli.Terminal;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Cli.Commands.Archive;

/// <summary><c>archive check</c>: reads every object back and compares its digest.</summary>
internal static class ArchiveCheckCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var studies = new Argument<string[]>("STUDY") { Arity = ArgumentArity.ZeroOrMore, Description = "These studies (default: all)" };
        var window = new WindowOptions();
        var command = new Command("check", "Reads objects back, decrypts, inflates and hashes them; exit code 3 where one is not what was stored") { studies };
        foreach (var option in window.All)
            command.Add(option);
        return command.Runs(environment, (context, stop) => ArchiveCommand.WithAsync(
            context, archive => RunAsync(context, new ArchiveCheck(archive), context.Parse.GetValue(studies) ?? [], window, stop)));
    }

    private static async Task<int> RunAsync(CommandContext context, ArchiveCheck check, string[] studies, WindowOptions window, CancellationToken stop)
    {
        var table = new Table("study", "series", "object", "version", "damage");
        var (count, objects, bytes) = (0, 0L, 0L);
        var found = studies.Length > 0 ? Named(check, studies, stop) : check.RunAsync(window.Read(context.Parse), stop);
        await foreach (var one in found)
        {
            (count, objects, bytes) = (count + 1, objects + one.Objects, bytes + one.Bytes);
            foreach (var damage in one.Damages)
                table.Add(damage.StudyInstanceUid, damage.SeriesInstanceUid, damage.Id, damage.Version, damage.What);
        }

        context.Output.Write(table);
        context.Say($"{count} studies, {objects} objects, {bytes} bytes read; {table.Rows.Count} damaged.");
        return table.Rows.Count == 0 ? ExitCodes.Done : ExitCodes.CheckFailed;
    }

    private static async IAsyncEnumerable<ArchiveChecked> Named(
        ArchiveCheck check, string[] studies, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken stop)
    {
        foreach (var study in studies.Distinct(StringComparer.Ordinal))
            yield return await check.StudyAsync(study, stop) ?? throw CliException.Failed("there is no such study; 'medstreams archive list' shows all");
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Terminal;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Cli.Commands.Archive;

/// <summary><c>archive sweep</c>: takes away what crashes and roll-backs have left; shows it without <c>--execute</c>.</summary>
internal static class ArchiveSweepCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var execute = new Option<bool>("--execute") { Description = "Really deletes; without it things are only counted" };
        var abandoned = Age("--abandoned-after", "Uploads that nobody has gone on with for so long are given up (default: 7 d)");
        var unfinished = Age("--unfinished-after", "Unfinished files that nobody holds are deleted when they are so old (default: 1 d)");
        return new Command("sweep", "Takes away what crashes and roll-backs have left in the archive, never what a study needs") { execute, abandoned, unfinished }
            .Runs(environment, (context, stop) => ArchiveCommand.WithAsync(context, async archive =>
            {
                var options = new ArchiveSweepOptions { Execute = context.Parse.GetValue(execute) };
                if (context.Parse.GetValue(abandoned) is { } uploads)
                    options = options with { AbandonedAfter = uploads };
                if (context.Parse.GetValue(unfinished) is { } files)
                    options = options with { UnfinishedAfter = files };
                var swept = await new ArchiveSweep(archive, options).RunAsync(stop);
                var table = new Table("what", "count", "bytes", "action");
                var action = options.Execute ? "deleted" : "would be deleted";
                table.Add("uploads", swept.Uploads, null, action);
                table.Add("unfinished files", swept.Unfinished, null, action);
                table.Add("object files", swept.Files, swept.Bytes, action);
                context.Output.Write(table);
                if (!options.Execute)
                    context.Say("Nothing was deleted: add --execute to do it.");
                return ExitCodes.Done;
            }));
    }

    private static Option<TimeSpan?> Age(string name, string what)
    {
        var rule = Rules.Duration(TimeSpan.Zero);
        return new Option<TimeSpan?>(name)
        {
            Description = what,
            HelpName = "TIME",
            CustomParser = result => Read(result, rule, name),
        };
    }

    private static TimeSpan? Read(ArgumentResult result, Rule<TimeSpan> rule, string name)
    {
        if (rule.TryRead(result.Tokens[0].Value, out var value))
            return value;
        result.AddError($"{name}: allowed is {rule.Allowed}.");
        return null;
    }
}

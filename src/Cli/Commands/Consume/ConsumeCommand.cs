using System.CommandLine;
using Confluent.Kafka;
using MedStreams.Cli.Records;

namespace MedStreams.Cli.Commands.Consume;

/// <summary><c>consume TOPIC</c>: prints the records of a topic; reads without a group and commits nothing.</summary>
internal static class ConsumeCommand
{
    private static readonly string[] DefaultFields = ["key", "value"];

    public static Command Create(CliEnvironment environment)
    {
        var topic = new Argument<string>("TOPIC");
        var from = new Option<string>("--from")
        {
            Description = $"Where to begin: {StartPosition.Allowed} (default: beginning)",
            DefaultValueFactory = _ => "beginning",
            HelpName = "POSITION",
        };
        var partitions = new Option<int[]>("--partition", "-p") { Description = "Only this partition; may be repeated" };
        var count = new Option<long?>("--count", "-n") { Description = "Stops after so many records, and waits for them" };
        var follow = new Option<bool>("--follow", "-f") { Description = "Goes on beyond the present end, until stopped" };
        var isolation = new Option<string>("--isolation")
        {
            Description = "read_committed (default), or read_uncommitted: open and aborted transactions too",
            DefaultValueFactory = _ => "read_committed",
        };
        isolation.AcceptOnlyFromAmong("read_committed", "read_uncommitted");
        var fields = new Option<string>("--fields")
        {
            Description = $"Fields of a line, tab-separated, of: {string.Join(',', RecordText.Fields)} (default: key,value)",
            HelpName = "A,B,...",
        };
        from.Validators.Add(result =>
        {
            if (!StartPosition.TryParse(result.GetValueOrDefault<string>() ?? "", out _))
                result.AddError($"--from must be {StartPosition.Allowed}.");
        });
        count.MustBeAtLeast(1);
        partitions.MustBeAtLeast(0);
        fields.Validators.Add(result =>
        {
            foreach (var unknown in Split(result.GetValueOrDefault<string>()).Except(RecordText.Fields))
                result.AddError($"--fields: there is no field '{unknown}'; there are {string.Join(", ", RecordText.Fields)}.");
        });
        return new Command("consume", "Prints the records of a topic, to its present end")
        {
            topic, from, partitions, count, follow, isolation, fields,
        }.Runs(environment, (context, stop) =>
        {
            var parse = context.Parse;
            return Task.FromResult(Run(context, new ConsumeOptions
            {
                Topic = parse.GetRequiredValue(topic),
                From = StartPosition.Parse(parse.GetRequiredValue(from)),
                Partitions = parse.GetValue(partitions) ?? [],
                Count = parse.GetValue(count),
                Follow = parse.GetValue(follow),
                Isolation = parse.GetValue(isolation) == "read_uncommitted" ? IsolationLevel.ReadUncommitted : IsolationLevel.ReadCommitted,
                Fields = parse.GetValue(fields) is { } given ? Split(given) : DefaultFields,
            }, stop));
        });
    }

    private static int Run(CommandContext context, ConsumeOptions options, CancellationToken stop)
    {
        using var writer = new RecordWriter(context.Environment.Output, context.Output.Json, options.Fields);
        TopicScan.Read(context, options, writer.Write, writer.Flush, stop);
        return ExitCodes.Done;
    }

    private static string[] Split(string? fields) =>
        (fields ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

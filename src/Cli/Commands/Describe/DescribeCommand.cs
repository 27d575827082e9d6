using System.CommandLine;
using MedStreams.Cli.Running;
using MedStreams.Streams;

namespace MedStreams.Cli.Commands.Describe;

/// <summary><c>describe TOPOLOGY</c>: its sub-topologies, nodes, topics and stores, as text, diagram or JSON.</summary>
internal static class DescribeCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var topology = TopologyArgument.Create(environment);
        var format = new Option<string>("--format", "-f")
        {
            Description = "text (default, as Kafka Streams writes it), mermaid, dot, or json",
            HelpName = "FORMAT",
        };
        format.AcceptOnlyFromAmong("text", "mermaid", "dot", "json");
        return new Command("describe", "Describes a topology") { topology, format }
            .Runs(environment, async (context, _) =>
            {
                await DescribeAsync(context, context.Entry(topology), context.Parse.GetValue(format));
                return ExitCodes.Done;
            });
    }

    private static async Task DescribeAsync(CommandContext context, TopologyEntry entry, string? format)
    {
        using var loggers = context.CreateLoggers();
        var runnable = entry.Build(new TopologySetting(context.Settings, loggers, ForDescription: true));
        var description = runnable.Topology.Describe();
        foreach (var resource in runnable.Resources)
            await resource.DisposeAsync();
        context.Output.WriteText(Write(description, format ?? (context.Output.Json ? "json" : "text")).TrimEnd('\n') + "\n");
    }

    private static string Write(TopologyDescription description, string format) => format switch
    {
        "mermaid" => description.ToMermaid(),
        "dot" => description.ToDot(),
        "json" => description.ToJson(),
        _ => description.ToString(),
    };
}

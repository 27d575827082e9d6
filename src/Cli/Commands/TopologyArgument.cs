using System.CommandLine;
using MedStreams.Cli.Running;

namespace MedStreams.Cli.Commands;

/// <summary>The argument TOPOLOGY of <c>run</c>, <c>describe</c> and <c>reset</c>.</summary>
internal static class TopologyArgument
{
    public static Argument<string> Create(CliEnvironment environment)
    {
        var names = environment.Topologies.Select(t => t.Name).ToArray();
        var argument = new Argument<string>("TOPOLOGY")
        {
            Description = string.Join("; ", environment.Topologies.Select(t => $"{t.Name}: {t.Description}")),
        };
        argument.CompletionSources.Add(names);
        argument.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !names.Contains(token.Value, StringComparer.Ordinal))
                result.AddError($"There is no topology {token.Value}; there {(names.Length == 1 ? "is" : "are")} {string.Join(", ", names)}.");
        });
        return argument;
    }

    /// <summary>The entry that the argument names.</summary>
    public static TopologyEntry Entry(this CommandContext context, Argument<string> argument)
    {
        var name = context.Parse.GetRequiredValue(argument);
        return context.Environment.Topologies.First(t => t.Name == name);
    }
}

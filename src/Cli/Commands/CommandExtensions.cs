using System.CommandLine;

namespace MedStreams.Cli.Commands;

/// <summary>Ties a verb's code to its command.</summary>
internal static class CommandExtensions
{
    /// <summary>Runs this when the command is invoked.</summary>
    public static Command Runs(
        this Command command, CliEnvironment environment, Func<CommandContext, CancellationToken, Task<int>> verb)
    {
        command.SetAction((parse, stop) => verb(new CommandContext(environment, parse), stop));
        return command;
    }

    /// <summary>The same for a verb that waits for nothing.</summary>
    public static Command Runs(this Command command, CliEnvironment environment, Func<CommandContext, int> verb) =>
        command.Runs(environment, (context, _) => Task.FromResult(verb(context)));
}

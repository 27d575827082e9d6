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

    /// <summary>Refuses smaller numbers; what is no number at all is refused by the parser.</summary>
    public static void MustBeAtLeast(this Option option, long least) =>
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => long.TryParse(token.Value, out var number) && number < least))
                result.AddError($"{option.Name} must be {least} or more.");
        });
}

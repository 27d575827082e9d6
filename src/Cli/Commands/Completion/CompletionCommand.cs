using System.CommandLine;

namespace MedStreams.Cli.Commands.Completion;

/// <summary><c>completion SHELL</c>: a script that makes the shell complete verbs, options and their values.</summary>
internal static class CompletionCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or pwsh" };
        shell.Validators.Add(result =>
        {
            var wanted = result.GetValueOrDefault<string>();
            if (CompletionScripts.For(wanted) is null)
                result.AddError($"There is no completion for '{wanted}'; there is for bash, zsh and pwsh.");
        });
        shell.CompletionSources.Add("bash", "zsh", "pwsh");
        return new Command("completion", "Prints a completion script for a shell; in bash: source <(medstreams completion bash)")
        {
            shell,
        }.Runs(environment, context =>
        {
            context.Output.WriteText(CompletionScripts.For(context.Parse.GetRequiredValue(shell))!);
            return ExitCodes.Done;
        });
    }
}

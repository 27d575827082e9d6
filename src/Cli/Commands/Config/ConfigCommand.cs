using System.CommandLine;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Terminal;

namespace MedStreams.Cli.Commands.Config;

/// <summary><c>config show</c>: the settings that count, and where each came from.</summary>
internal static class ConfigCommand
{
    public static Command Create(CliEnvironment environment) => new("config", "Looks at the settings")
    {
        new Command("show", "Prints every setting, its value and where it came from; secrets are masked").Runs(environment, Show),
    };

    private static int Show(CommandContext context)
    {
        var table = new Table("key", "value", "source");
        foreach (var setting in context.Settings.All)
            table.Add($"{SettingsCatalog.Section}:{setting.Key}", setting.Shown, setting.Source);
        context.Output.Write(table);
        return ExitCodes.Done;
    }
}

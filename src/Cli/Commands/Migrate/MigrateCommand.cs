using System.CommandLine;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary><c>migrate</c>: moves studies from an old PACS to a new one.</summary>
internal static class MigrateCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var command = new Command("migrate", "Moves studies from an old PACS to a new one, exactly, and proves it")
        {
            MigratePlan.Create(environment),
            MigrateStart.Create(environment),
            MigrateStatus.Create(environment),
            MigratePause.Create(environment, isPaused: true),
            MigratePause.Create(environment, isPaused: false),
            MigrateRetry.Create(environment),
            MigratePace.Create(environment),
            MigrateReport.Create(environment),
            MigrateDiff.Create(environment),
        };
        return command;
    }

    /// <summary>Which run.</summary>
    public static SettingOption RunOption() => new("--run", MigrationSettings.Run) { HelpName = "NAME" };

    /// <summary>Which days.</summary>
    public static SettingOption FromOption() => new("--from", MigrationSettings.FirstDay) { HelpName = "DAY" };

    /// <summary>Where a comparison is kept.</summary>
    public static Option<string> ComparisonOption(string description) =>
        new("--folder") { Description = description, DefaultValueFactory = _ => ".medstreams-diff", HelpName = "DIR" };

    /// <summary>To which day.</summary>
    public static SettingOption ToOption() => new("--to", MigrationSettings.LastDay) { HelpName = "DAY" };
}

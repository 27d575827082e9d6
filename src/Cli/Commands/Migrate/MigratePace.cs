using System.CommandLine;
using MedStreams.Cli.Configuration;
using MedStreams.Cli.Running.Migration.Settings;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary><c>migrate pace</c>: another throttle or schedule for all processes, while they run.</summary>
internal static class MigratePace
{
    public static Command Create(CliEnvironment environment)
    {
        var isFree = new Option<bool>("--free") { Description = "No throttle and no schedule" };
        return new Command("pace", "Changes throttle and schedule of all processes while they run; what is not given is as it is set")
        {
            new SettingOption("--studies-per-minute", MigrationSettings.StudiesPerMinute) { HelpName = "N" },
            new SettingOption("--bytes-per-second", MigrationSettings.BytesPerSecond) { HelpName = "N" },
            new SettingOption("--schedule", MigrationSettings.Schedule) { HelpName = "HOURS" },
            new SettingOption("--zone", MigrationSettings.Zone) { HelpName = "ZONE" },
            isFree,
        }.Runs(environment, async (context, stop) =>
        {
            var options = MigrationSettings.ToOptions(context.Settings);
            var (throttle, schedule) = context.Parse.GetValue(isFree) ? (new Throttle(), null) : (options.Throttle, options.Schedule);
            await context.SayAsync(new MigrationControl(ControlVerb.Throttle, context.Now()) { Throttle = throttle }, stop);
            await context.SayAsync(new MigrationControl(ControlVerb.Schedule, context.Now()) { Schedule = schedule }, stop);
            return ExitCodes.Done;
        });
    }
}

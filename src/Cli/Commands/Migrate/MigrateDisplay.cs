using System.Globalization;
using MedStreams.Cli.Terminal;
using MedStreams.Sinks.Migration;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary>How far a run is: lines on standard error as it goes, the figures on standard output in the end.</summary>
internal sealed class MigrateDisplay(CommandContext context)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);
    private readonly TimeProvider _clock = context.Environment.Clock;
    private string? _last;
    private long _shown;

    /// <summary>Shows it, where it has changed and the last line is a while ago.</summary>
    public void Show(RunStatus status)
    {
        var line = Line(status);
        if (line == _last || (_last is not null && !status.IsFinished && _clock.GetElapsedTime(_shown) < Between))
            return;
        (_last, _shown) = (line, _clock.GetTimestamp());
        context.Say(line);
    }

    /// <summary>A line for people.</summary>
    public static string Line(RunStatus status)
    {
        var (studies, windows) = (status.Studies, status.Windows);
        var left = status.Run.Paused ? "paused"
            : status.Remaining is { } remaining ? $"{Rounded(remaining)} left"
            : windows.Open > 0 ? $"{windows.Done} of {windows.Done + windows.Open} steps of the source asked for"
            : "time left not known yet";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{studies.Migrated + studies.Skipped} of {studies.Total}{(windows.Open > 0 ? " or more" : "")} studies migrated, {studies.Running} on their way, {studies.Failed} failed; "
            + $"{studies.MovedObjects} objects, {Size(studies.MovedBytes)}; {status.StudiesPerHour:0} studies/h, {Size((long)status.BytesPerSecond)}/s; {left}");
    }

    /// <summary>Writes the figures of a run.</summary>
    public static void Write(CliOutput output, RunStatus status)
    {
        if (output.Json)
        {
            output.WriteJson(json =>
            {
                json.WriteStartObject();
                foreach (var (name, value) in Facts(status))
                    json.WriteString(name, value);
                json.WriteBoolean("isPaused", status.Run.Paused);
                json.WriteBoolean("isFinished", status.IsFinished);
                foreach (var (name, value) in Figures(status))
                    json.WriteNumber(name, value);
                if (status.Remaining is { } left)
                    json.WriteNumber("secondsLeft", Math.Round(left.TotalSeconds));
                json.WriteEndObject();
            });
            return;
        }

        var table = new Table("figure", "value");
        foreach (var (name, value) in Facts(status))
            table.Add(name, value);
        table.Add("state", status.IsFinished ? "finished" : status.Run.Paused ? "paused" : "open");
        foreach (var (name, value) in Figures(status))
            table.Add(name, value);
        if (status.Remaining is { } remaining)
            table.Add("timeLeft", Rounded(remaining).ToString());
        output.Write(table);
    }

    /// <summary>Writes the figures of its departments.</summary>
    public static void WriteDepartments(CliOutput output, RunStatus status)
    {
        var table = new Table("department", "unchecked", "pending", "running", "migrated", "skipped", "failed", "objects", "bytes");
        foreach (var (department, s) in status.Departments.OrderBy(d => d.Key, StringComparer.Ordinal))
            table.Add(department, s.Unknown, s.Pending, s.Running, s.Migrated, s.Skipped, s.Failed, s.MovedObjects, s.MovedBytes);
        output.Write(table);
    }

    private static (string Name, string Value)[] Facts(RunStatus status) =>
        [("run", status.Run.Name), ("source", status.Run.Options.Source), ("target", status.Run.Options.Target)];

    private static (string Name, double Value)[] Figures(RunStatus status) =>
    [
        ("stepsDone", status.Windows.Done), ("stepsOpen", status.Windows.Open), ("stepsFailing", status.Windows.Failing), ("stepsWithAlarm", status.Windows.Alarms),
        ("known", status.Studies.Total), ("unchecked", status.Studies.Unknown), ("pending", status.Studies.Pending), ("running", status.Studies.Running),
        ("migrated", status.Studies.Migrated), ("skipped", status.Studies.Skipped), ("failed", status.Studies.Failed),
        ("objects", status.Studies.MovedObjects), ("bytes", status.Studies.MovedBytes), ("alerts", status.Alerts),
        ("studiesPerHour", Math.Round(status.StudiesPerHour)), ("bytesPerSecond", Math.Round(status.BytesPerSecond)),
    ];

    private static TimeSpan Rounded(TimeSpan time) => TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds));

    private static string Size(long bytes) => bytes switch
    {
        < 1_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB"),
        < 1_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.#} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:0.##} GB"),
    };
}

using MedStreams.Cli.Running.Migration;
using MedStreams.Cli.Terminal;
using MedStreams.Sinks.Migration;

namespace MedStreams.Cli.Commands.Migrate;

/// <summary>How far a run is: lines on standard error as it goes, the figures on standard output in the end.</summary>
internal sealed class MigrateDisplay(CommandContext context)
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);
    private readonly TimeProvider _clock = context.Environment.Clock;
    private readonly ProgressMeter _meter = new(context.Environment.Clock);
    private RunProgress? _last;
    private long _shown;

    /// <summary>Shows it, where it has changed and the last line is a while ago.</summary>
    public void Show(RunProgress progress)
    {
        _meter.Add(progress);
        if (progress == _last || (_last is not null && !progress.IsOver && _clock.GetElapsedTime(_shown) < Between))
            return;
        (_last, _shown) = (progress, _clock.GetTimestamp());
        context.Say(_meter.Line(progress));
    }

    /// <summary>Writes the figures of a run.</summary>
    public void Write(MigrationRun run, RunProgress progress) => Write(context.Output, run, progress);

    /// <inheritdoc cref="Write(MigrationRun, RunProgress)"/>
    public static void Write(CliOutput output, MigrationRun run, RunProgress progress)
    {
        if (output.Json)
        {
            output.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("run", run.Name);
                json.WriteString("source", run.Options.Source);
                json.WriteString("target", run.Options.Target);
                json.WriteBoolean("isPaused", run.Paused);
                json.WriteBoolean("isOver", progress.IsOver);
                foreach (var (name, value) in Figures(progress))
                    json.WriteNumber(name, value);
                json.WriteEndObject();
            });
            return;
        }

        var table = new Table("figure", "value");
        table.Add("run", run.Name);
        table.Add("source", run.Options.Source);
        table.Add("target", run.Options.Target);
        table.Add("state", progress.IsOver ? "over" : run.Paused ? "paused" : "open");
        foreach (var (name, value) in Figures(progress))
            table.Add(name, value);
        output.Write(table);
    }

    private static IEnumerable<(string Name, long Value)> Figures(RunProgress p) =>
    [
        ("stepsDone", p.WindowsDone), ("stepsOpen", p.WindowsOpen), ("known", p.Known), ("unchecked", p.Unknown), ("pending", p.Pending), ("running", p.Running),
        ("migrated", p.Migrated), ("skipped", p.Skipped), ("failed", p.Failed), ("objects", p.Objects), ("bytes", p.Bytes),
    ];
}

using MedStreams.Monitoring.Page;
using MedStreams.Sinks.Migration;

namespace MedStreams.Cli.Running.Migration.Page;

/// <summary>How far the runs of a migration database are.</summary>
internal sealed class MigrationPart(MigrationDatabase database, TimeProvider clock) : IPagePart
{
    private const int MostReasons = 20;
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(2);
    private readonly MigrationRuns _runs = new(database);
    private readonly RunReader _reader = new(database);
    private readonly Dictionary<string, (long Failed, IReadOnlyList<object> Reasons)> _failures = new(StringComparer.Ordinal);
    private object? _last;
    private long? _readAt;

    public string Name => "migration";

    public async ValueTask<object?> ReadAsync(CancellationToken cancellationToken)
    {
        if (_readAt is { } at && clock.GetElapsedTime(at) < Between)
            return _last;
        var shown = new List<object>();
        foreach (var run in await _runs.ListAsync(cancellationToken))
        {
            if (await _reader.StatusAsync(run.Name, MigrationRunner.RateOver, cancellationToken) is { } status)
                shown.Add(Show(status, await FailuresAsync(run.Name, status.Studies.Failed, cancellationToken)));
        }

        _readAt = clock.GetTimestamp();
        return _last = new { Runs = shown };
    }

    private static object Show(RunStatus status, IReadOnlyList<object> failures)
    {
        var (options, studies) = (status.Run.Options, status.Studies);
        var over = status.RateOver.TotalSeconds;
        return new
        {
            Run = status.Run.Name,
            State = status.IsFinished ? "finished" : status.Run.Paused ? "paused" : "open",
            IsPaused = status.Run.Paused,
            From = options.FirstDay,
            To = options.LastDay,
            WindowsDone = status.Windows.Done,
            Windows = status.Windows.Done + status.Windows.Open,
            Pending = studies.Unknown + studies.Pending,
            studies.Running,
            studies.Migrated,
            studies.Failed,
            studies.Skipped,
            Studies = studies.Total,
            Objects = studies.MovedObjects,
            studies.ExpectedObjects,
            Bytes = studies.MovedBytes,
            ObjectsPerSecond = over > 0 ? Math.Round(status.RecentObjects / over, 1) : 0,
            BytesPerSecond = Math.Round(status.BytesPerSecond),
            SecondsLeft = status.Remaining is { } left ? Math.Ceiling(left.TotalSeconds) : default(double?),
            status.Alerts,
            status.Run.StartedAt,
            Failures = failures,
        };
    }

    /// <summary>They are many, so they are asked for only when their number has changed.</summary>
    private async Task<IReadOnlyList<object>> FailuresAsync(string run, long failed, CancellationToken cancellationToken)
    {
        if (_failures.TryGetValue(run, out var known) && known.Failed == failed)
            return known.Reasons;
        var all = failed == 0 ? [] : await _reader.FailuresAsync(run, cancellationToken) ?? [];
        IReadOnlyList<object> reasons =
        [
            .. all.CountBy(f => f.Reason ?? "").OrderByDescending(r => r.Value).Take(MostReasons).Select(r => new { Reason = r.Key, Count = r.Value }),
        ];
        _failures[run] = (failed, reasons);
        return reasons;
    }
}

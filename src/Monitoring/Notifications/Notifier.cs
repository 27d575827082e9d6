using MedStreams.Monitoring.Lag;
using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring.Notifications;

/// <summary>
/// Looks at all groups again and again and tells changes of status that last. What is found at one look goes out together, so that the many groups of an outage, or of a
/// start, are one message.
/// </summary>
internal sealed class Notifier : IAsyncDisposable
{
    private readonly IReadOnlyList<ClusterWatch> _watches;
    private readonly NotificationOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly StatusTracker _tracker;
    private readonly ReceiverQueue[] _queues;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;

    public Notifier(IReadOnlyList<ClusterWatch> watches, NotificationOptions options, TimeProvider clock, ILogger logger)
    {
        (_watches, _options, _clock, _logger, _tracker) = (watches, options, clock, logger, new StatusTracker(options));
        _queues = [.. options.Receivers.Select(r => new ReceiverQueue(r, options.GiveUpAfter, clock, logger))];
        _loop = Task.Run(LookAgainAndAgainAsync);
    }

    /// <summary>How many changes have not been taken yet.</summary>
    public int Waiting => _queues.Sum(q => q.Waiting);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        await Task.WhenAll(_queues.Select(q => q.DisposeAsync().AsTask()));
        _stop.Dispose();
    }

    private async Task LookAgainAndAgainAsync()
    {
        using var timer = new PeriodicTimer(_watches.Min(w => w.Cluster.OffsetRefresh), _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
                Look();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // It ends.
        }
    }

    private void Look()
    {
        var now = _clock.GetUtcNow();
        List<StatusEvent> events = [.. _watches.SelectMany(w => Look(w, now))];
        if (events.Count == 0)
            return;
        foreach (var change in events)
            NotificationLog.Told(_logger, change.Text);
        foreach (var queue in _queues)
            queue.Add(events);
    }

    private List<StatusEvent> Look(ClusterWatch watch, DateTimeOffset now)
    {
        var events = new List<StatusEvent>();
        var name = watch.Cluster.Name;
        if (_tracker.Look(name, watch.IsReachable, now) is { } cluster)
            events.Add(cluster);
        if (!watch.IsReachable)
            _tracker.Interrupt(name); // who commits where nothing is seen has not stopped
        if (!watch.IsReachable || !watch.HasCaughtUp)
            return events;
        var groups = watch.Book.Groups.Where(g => _options.Groups?.IsMatch(g) != false).ToHashSet(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            if (_tracker.Look(name, group, watch.Evaluate(group), now) is { } change)
                events.Add(change);
        }

        events.AddRange(_tracker.Missing(name, groups, now));
        return events;
    }
}

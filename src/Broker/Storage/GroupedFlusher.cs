namespace MedStreams.Broker.Storage;

/// <summary>
/// One thread that syncs everything written since its last sync, in all logs, in one round; rounds start a window apart or
/// later, but for a few that may follow each other at once after a quiet time. See <see cref="FlushPolicy.Grouped"/>.
/// </summary>
/// <remarks>Disposal flushes what is scheduled, then ends the thread.</remarks>
internal sealed class GroupedFlusher : ILogFlusher
{
    /// <summary>How many rounds may start at once after a quiet time: a transaction takes five, one after the other.</summary>
    public const int Burst = 8;

    private readonly object _gate = new();
    private readonly IFileSystem _files;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _window;
    private readonly Action<TimeSpan, bool>? _observer;
    private readonly Thread _thread;
    private readonly long _began;
    private List<IFlushable> _scheduled = [];
    private TimeSpan _due; // when the next round would start if all were a window apart; since the beginning
    private bool _stopping;

    /// <summary>Starts the thread.</summary>
    /// <param name="files">Where the files are.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="window">How far apart rounds start in the long run at least.</param>
    /// <param name="observer">Told how long each sync took, and whether it succeeded.</param>
    public GroupedFlusher(IFileSystem files, TimeProvider clock, TimeSpan window, Action<TimeSpan, bool>? observer = null)
    {
        _observer = observer;
        _files = files;
        _clock = clock;
        _window = window;
        _began = clock.GetTimestamp();
        _thread = new Thread(Run) { IsBackground = true, Name = "broker log flusher" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public void Schedule(IFlushable log)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _scheduled.Add(log);
            if (_scheduled.Count == 1)
                Monitor.Pulse(_gate);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
    }

    private void Run()
    {
        var round = new FlushRound();
        var flushing = new List<(IFlushable Log, long DurableTo)>();
        var logs = new List<IFlushable>();
        while (Take(ref logs))
        {
            foreach (var log in logs)
            {
                var durableTo = log.BeginFlush(round);
                if (durableTo >= 0)
                    flushing.Add((log, durableTo));
            }

            Flush(round, flushing);
            round.Clear();
            flushing.Clear();
            logs.Clear();
        }
    }

    private bool Take(ref List<IFlushable> logs)
    {
        lock (_gate)
        {
            while (_scheduled.Count == 0 && !_stopping)
                Monitor.Wait(_gate);
            while (!_stopping)
            {
                var left = _due - _clock.GetElapsedTime(_began) - ((Burst - 1) * _window);
                if (left <= TimeSpan.Zero)
                    break;
                Monitor.Wait(_gate, (int)Math.Ceiling(left.TotalMilliseconds)); // a shorter wait would spin
            }

            var now = _clock.GetElapsedTime(_began);
            _due = (_due > now ? _due : now) + _window;
            (logs, _scheduled) = (_scheduled, logs);
            return logs.Count > 0 || !_stopping;
        }
    }

    private void Flush(FlushRound round, List<(IFlushable Log, long DurableTo)> flushing)
    {
        IOException? failure = null;
        var began = _clock.GetTimestamp();
        try
        {
            round.Sync(_files);
        }
        catch (IOException exception)
        {
            // Which file it was does not matter: none of them can be trusted after a failed sync of the device.
            failure = exception;
        }
        catch (Exception exception)
        {
            // Nobody may wait for ever because of a fault of this program.
            failure = new IOException("The flusher failed.", exception);
        }

        if (flushing.Count > 0)
            _observer?.Invoke(_clock.GetElapsedTime(began), failure is null);
        foreach (var (log, durableTo) in flushing)
            log.EndFlush(durableTo, failure);
    }
}

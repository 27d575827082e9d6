using System.Diagnostics.CodeAnalysis;
using MedStreams.Streams.Async;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.Runtime;

namespace MedStreams.Streams;

/// <content>The stream threads: how many, what becomes of those that die, pause and resume.</content>
public sealed partial class KafkaStreams
{
    private readonly List<StreamThread> _threads = [];
    private readonly PauseSwitch _pause = new();
    private volatile int _aliveThreads;
    private long _lastStart;

    /// <summary>True between <see cref="Pause"/> and <see cref="Resume"/>.</summary>
    public bool IsPaused => _pause.IsOn;

    /// <summary>The stream threads with their tasks, as they were a moment ago.</summary>
    public IReadOnlyCollection<ThreadMetadata> MetadataForLocalThreads()
    {
        lock (_lock)
            return [.. _threads.Select(t => t.Metadata())];
    }

    /// <summary>
    /// Processes no records and fires no punctuators from now on. What was processed is committed; the instance stays in its group, its
    /// standbys follow, and its stores can be asked. May be called before the start.
    /// </summary>
    public void Pause() => _pause.IsOn = true;

    /// <summary>Goes on after <see cref="Pause"/>.</summary>
    public void Resume() => _pause.IsOn = false;

    /// <summary>Starts one more stream thread, which joins the group. The caches of all become smaller.</summary>
    /// <returns>Its name; null where the instance does not run.</returns>
    public string? AddStreamThread()
    {
        lock (_lock)
        {
            if (!_started || _starting || _stopping)
                return null;
            var number = Enumerable.Range(1, _threads.Count + 1).First(n => _threads.TrueForAll(t => t.Number != n));
            return Add(number).Name;
        }
    }

    /// <summary>Stops the stream thread with the largest number: it commits, and its tasks go to the others.</summary>
    /// <param name="timeout">How long to wait for its end; null: as long as it takes.</param>
    /// <returns>Its name; null where there is none, or it has not ended in time (it does so later).</returns>
    public async Task<string?> RemoveStreamThreadAsync(TimeSpan? timeout = null)
    {
        StreamThread? thread;
        lock (_lock)
        {
            thread = _stopping ? null : _threads.Where(t => !t.IsStopping).MaxBy(t => t.Number);
            thread?.RequestStop(leavesGroup: true);
        }

        if (thread is null)
            return null;
        var ended = thread.Ended.ContinueWith(static _ => { }, TaskScheduler.Default);
        if (timeout is not { } limit)
            await ended;
        else if (await Task.WhenAny(ended, Task.Delay(limit, _config.Clock)) != ended)
            return null;
        return thread.Name;
    }

    private StreamThread Add(int number)
    {
        _lastStart = Math.Max(_lastStart + 1, _config.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        var identity = new MemberIdentity(
            _instance,
            number,
            _config.ApplicationServer,
            MemberIdentity.FormatTags(_config.ClientTags),
            _config.GroupInstanceId is null ? _lastStart : 0);
        var metrics = new ThreadMetrics(_metrics, _config.Clock, identity.Instance, ThreadParts.NameOf(_config, identity));
        var thread = new StreamThread(
            new ThreadParts(_config, _clients, _admin!, _topics!, _states!, identity, metrics, _globals, _group!, _positions!, _logger)
            {
                RestoreListener = RestoreListener,
                StandbyListener = StandbyListener,
                Pause = _pause,
                Changed = _notifier.Look,
                Judge = Judge,
                CallLimits = _callLimits,
                Calls = new CallRules { WaitingPerKey = _callLimits.WaitingPerKey },
            });
        _threads.Add(thread);
        ShareCaches();
        thread.Start();
        _ = Watch(thread);
        return thread;
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever ended the thread has been judged, and goes into Completion")]
    private async Task Watch(StreamThread thread)
    {
        Exception? error = null;
        try
        {
            await thread.Ended;
        }
        catch (Exception e)
        {
            error = e;
            _clientMetrics!.ThreadFailed();
        }

        lock (_lock)
        {
            _threads.Remove(thread);
            ShareCaches();
            if (error is not null && thread.Verdict == UncaughtExceptionVerdict.ReplaceThread && !_stopping)
                Add(thread.Number);
            else if (error is not null)
                StopLocked(error, leavesGroup: true);
            EndIfIdle();
        }

        _notifier.Look();
    }

    /// <summary>What the handler says of an error; a thread that was told to stop by others stops.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The handler's own error is logged, and the answer is the safest")]
    private UncaughtExceptionVerdict Judge(Exception error)
    {
        if (error is ApplicationShutdownException)
            return UncaughtExceptionVerdict.ShutdownClient;
        try
        {
            return OnUncaughtException(error);
        }
        catch (Exception e)
        {
            RuntimeLog.HandlerFailed(_logger, nameof(OnUncaughtException), e);
            return UncaughtExceptionVerdict.ShutdownClient;
        }
    }

    private void ShareCaches()
    {
        _aliveThreads = _threads.Count;
        foreach (var thread in _threads)
            thread.CacheBytes = _config.StateStoreCacheMaxBytes / _threads.Count;
    }
}

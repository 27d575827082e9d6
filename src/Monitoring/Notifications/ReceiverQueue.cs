using Microsoft.Extensions.Logging;

namespace MedStreams.Monitoring.Notifications;

/// <summary>
/// What a receiver has still to be told: kept in order, sent together, and again with growing pauses until it was taken or is too old. Bounded: of more than
/// <see cref="Most"/> changes the oldest are given up. Safe for use by several threads.
/// </summary>
internal sealed class ReceiverQueue : IAsyncDisposable
{
    /// <summary>So many changes wait at most.</summary>
    public const int Most = 10_000;

    /// <summary>So many changes go into a message at most.</summary>
    public const int MostPerMessage = 200;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(5);
    private readonly INotificationReceiver _receiver;
    private readonly TimeSpan _giveUpAfter;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly List<StatusEvent> _waiting = [];
    private readonly SemaphoreSlim _news = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private Message? _current;
    private bool _hasFailed;

    public ReceiverQueue(INotificationReceiver receiver, TimeSpan giveUpAfter, TimeProvider clock, ILogger logger)
    {
        (_receiver, _giveUpAfter, _clock, _logger) = (receiver, giveUpAfter, clock, logger);
        _loop = Task.Run(SendAllAsync);
    }

    /// <summary>How many changes wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
                return _waiting.Count + (_current?.Events.Count ?? 0);
        }
    }

    public void Add(IReadOnlyCollection<StatusEvent> events)
    {
        lock (_lock)
        {
            _waiting.AddRange(events);
            if (_waiting.Count > Most)
            {
                NotificationLog.GivenUp(_logger, _waiting.Count - Most, _receiver.Name, "too many wait");
                _waiting.RemoveRange(0, _waiting.Count - Most);
            }

            if (_news.CurrentCount == 0)
                _news.Release();
        }
    }

    /// <summary>Tries once more what waits, and ends; the receiver ends with it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        using var patience = new CancellationTokenSource(LastPatience);
        while (Next() is { } message && await TryAsync(message, patience.Token))
        {
            // The next one.
        }

        if (Waiting > 0)
            NotificationLog.GivenUp(_logger, Waiting, _receiver.Name, "the monitor ends");
        (_receiver as IDisposable)?.Dispose();
        _stop.Dispose();
        _news.Dispose();
    }

    private async Task SendAllAsync()
    {
        var pause = FirstPause;
        try
        {
            while (true)
            {
                if (Next() is not { } message)
                {
                    await _news.WaitAsync(_stop.Token);
                }
                else if (await TryAsync(message, _stop.Token))
                {
                    pause = FirstPause;
                }
                else
                {
                    await Task.Delay(pause, _clock, _stop.Token);
                    pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What waits is tried once more by who ends it.
        }
    }

    /// <summary>The message that is to be sent: the one that failed, as it was, else a new one.</summary>
    private Message? Next()
    {
        lock (_lock)
        {
            var old = _clock.GetUtcNow() - _giveUpAfter;
            var count = _waiting.RemoveAll(e => e.At < old);
            if (_current?.Events[0].At < old)
            {
                count += _current.Events.Count;
                _current = null;
            }

            if (count > 0)
                NotificationLog.GivenUp(_logger, count, _receiver.Name, "too old");
            if (_current is null && _waiting.Count > 0)
            {
                _current = new Message(Guid.NewGuid().ToString("N"), [.. _waiting.Take(MostPerMessage)]);
                _waiting.RemoveRange(0, _current.Events.Count);
            }

            return _current;
        }
    }

    private async Task<bool> TryAsync(Message message, CancellationToken stop)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
        patience.CancelAfter(Patience);
        try
        {
            await _receiver.SendAsync(message.Id, message.Events, patience.Token);
            lock (_lock)
                _current = null;
            if (Interlocked.Exchange(ref _hasFailed, false))
                NotificationLog.TakenAgain(_logger, _receiver.Name);
            return true;
        }
        catch (NotificationException e)
        {
            Fail(e.Message);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            if (!stop.IsCancellationRequested)
                Fail($"no answer within {Patience.TotalSeconds} s");
        }

        return false;
    }

    private void Fail(string why)
    {
        if (!Interlocked.Exchange(ref _hasFailed, true))
            NotificationLog.NotTaken(_logger, _receiver.Name, why);
    }

    private sealed record Message(string Id, IReadOnlyList<StatusEvent> Events);
}

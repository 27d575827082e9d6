using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Storage;

/// <content>Durability: what is flushed, and who waits for it.</content>
internal sealed partial class PartitionLog
{
    private readonly List<LogSegment> _unsynced = [];
    private readonly List<(long Offset, TaskCompletionSource<ErrorCode> Waiter)> _waiters = [];
    private readonly HashSet<DataSignal> _readers = [];
    private bool _directoryUnsynced;
    private bool _flushScheduled;
    private bool _flushing;
    private long _syncedTo;
    private long _unsyncedSince;

    /// <inheritdoc/>
    public bool IsSyncDue
    {
        get
        {
            var settings = Settings;
            if (settings.FlushMessages == long.MaxValue && settings.FlushInterval == TimeSpan.MaxValue)
                return false;
            lock (_gate)
            {
                return _next > _syncedTo
                    && (_next - _syncedTo >= settings.FlushMessages || Now - _unsyncedSince >= settings.FlushInterval.TotalMilliseconds);
            }
        }
    }

    /// <summary>
    /// Waits until everything before an offset is durable. With group commit that is the next sync or the one after it.
    /// </summary>
    /// <returns>None, or KAFKA_STORAGE_ERROR or UNKNOWN_TOPIC_OR_PARTITION when it will never be.</returns>
    public ValueTask<ErrorCode> WaitDurableAsync(long offset)
    {
        if (HighWatermark >= offset)
            return new(ErrorCode.None);
        lock (_gate)
        {
            if (_highWatermark >= offset)
                return new(ErrorCode.None);
            if (Refusal() is { } refusal)
                return new(refusal);
            var waiter = new TaskCompletionSource<ErrorCode>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((offset, waiter));
            return new(waiter.Task);
        }
    }

    /// <summary>Calls a signal whenever there is more to read, until <see cref="Unsubscribe"/>.</summary>
    public void Subscribe(DataSignal signal)
    {
        lock (_readers)
            _readers.Add(signal);
    }

    /// <summary>Ends <see cref="Subscribe"/>.</summary>
    public void Unsubscribe(DataSignal signal)
    {
        lock (_readers)
            _readers.Remove(signal);
    }

    /// <inheritdoc/>
    long IFlushable.BeginFlush(FlushRound? round)
    {
        lock (_gate)
        {
            _flushScheduled = false;
            if (_state != State.Open)
                return -1;
            _flushing = true;
            if (round is not null)
                AddUnsynced(round);
            return _next;
        }
    }

    private void AddUnsynced(FlushRound round)
    {
        foreach (var segment in _unsynced)
            round.Files.Add(segment.Log);
        _unsynced.Clear();
        if (_directoryUnsynced)
            round.Directories.Add(Directory);
        _directoryUnsynced = false;
        _syncedTo = _next;
    }

    /// <inheritdoc/>
    void IFlushable.EndFlush(long durableTo, IOException? failure)
    {
        lock (_gate)
        {
            _flushing = false;
            Monitor.PulseAll(_gate);
            if (_state != State.Open)
                return;
            if (failure is not null)
            {
                Fail(failure);
            }
            else
            {
                RaiseHighWatermark(durableTo);
            }
        }

        SignalReaders();
    }

    private void RaiseHighWatermark(long durableTo)
    {
        _producers.Durable(durableTo);
        Volatile.Write(ref _highWatermark, durableTo);
        var stable = Math.Min(durableTo, _producers.FirstUndecided ?? durableTo);
        if (stable > _lastStable)
            Volatile.Write(ref _lastStable, stable);

        var left = 0;
        for (var i = 0; i < _waiters.Count; i++)
        {
            if (_waiters[i].Offset <= durableTo)
                _waiters[i].Waiter.TrySetResult(ErrorCode.None);
            else
                _waiters[left++] = _waiters[i];
        }

        _waiters.RemoveRange(left, _waiters.Count - left);
    }

    private void ReleaseWaiters(ErrorCode error)
    {
        foreach (var (_, waiter) in _waiters)
            waiter.TrySetResult(error);
        _waiters.Clear();
    }

    private void SignalReaders()
    {
        lock (_readers)
        {
            foreach (var reader in _readers)
                reader.Set();
        }
    }
}

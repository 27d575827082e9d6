namespace MedStreams.Streams.Testing;

/// <summary>
/// A clock that stands still until it is moved on; timers that fall due ring then, in their order, on the thread that moves it. Safe for use by
/// several threads.
/// </summary>
internal sealed class ManualClock(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = start;

    /// <summary>The same time for those whose timers only pass time: nothing else goes on until one rings.</summary>
    public TimeProvider Waits => new WaitingClock(this);

    /// <summary>Told when such a timer is set.</summary>
    public Action WaitBegins { get; set; } = static () => { };

    /// <summary>Whether such a timer was set since the clock was moved last: one from before may be about to be called off.</summary>
    public bool HasNewWaits
    {
        get
        {
            lock (_lock)
                return _timers.Exists(static t => t.IsWait && t.IsNew);
        }
    }

    /// <summary>When the next timer rings, in ticks; null where none is set.</summary>
    public long? NextDue
    {
        get
        {
            lock (_lock)
                return _timers.Count == 0 ? null : _timers.Min(static t => t.Due).Ticks;
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        Create(callback, state, dueTime, period, isWait: false);

    public void Advance(TimeSpan by)
    {
        DateTimeOffset until;
        lock (_lock)
        {
            until = _now + by;
            _timers.ForEach(static t => t.IsNew = false);
        }

        while (TakeDue(until) is { } timer)
            timer.Ring();
        lock (_lock)
            _now = until;
    }

    private Timer Create(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period, bool isWait)
    {
        var timer = new Timer(this, () => callback(state)) { IsWait = isWait };
        timer.Change(dueTime, period);
        return timer;
    }

    private Timer? TakeDue(DateTimeOffset until)
    {
        lock (_lock)
        {
            var next = _timers.Where(t => t.Due <= until).MinBy(t => t.Due);
            if (next is null)
                return null;
            _now = next.Due > _now ? next.Due : _now;
            next.Rearm();
            return next;
        }
    }

    private sealed class WaitingClock(ManualClock clock) : TimeProvider
    {
        public override long TimestampFrequency => clock.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.Create(callback, state, dueTime, period, isWait: true);
    }

    private sealed class Timer(ManualClock clock, Action ring) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public bool IsWait { get; init; }

        public bool IsNew { get; set; }

        public DateTimeOffset Due { get; private set; }

        public void Ring() => ring();

        public void Rearm()
        {
            if (_period > TimeSpan.Zero)
                Due += _period;
            else
                clock._timers.Remove(this);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                _period = period;
                if (dueTime == Timeout.InfiniteTimeSpan)
                    return true;
                Due = clock._now + dueTime;
                IsNew = true;
                clock._timers.Add(this);
            }

            if (IsWait)
                clock.WaitBegins();
            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

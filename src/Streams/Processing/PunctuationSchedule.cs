namespace MedStreams.Streams.Processing;

/// <summary>
/// The punctuators of one task. Stream-time punctuators fire at multiples of their interval from the first record on,
/// wall-clock ones an interval after they were scheduled; one that is late fires once, not once for each interval missed.
/// </summary>
internal sealed class PunctuationSchedule
{
    private readonly List<Entry> _streamTime = [];
    private readonly List<Entry> _wallClock = [];

    public ICancellable Add(long interval, PunctuationType type, long now, Action<long> callback)
    {
        // Stream time: the first punctuation is due with the first record, the wall clock's after one interval.
        return AddAt(interval, type, type == PunctuationType.StreamTime ? Math.Max(0, now) : now + interval, callback);
    }

    /// <summary>As <see cref="Add"/>, first due at a given time.</summary>
    public ICancellable AddAt(long interval, PunctuationType type, long due, Action<long> callback)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1);
        var entry = new Entry(interval, callback) { Due = due };
        (type == PunctuationType.StreamTime ? _streamTime : _wallClock).Add(entry);
        return entry;
    }

    /// <summary>Fires what is due; answers whether anything fired.</summary>
    public bool Fire(PunctuationType type, long now)
    {
        var entries = type == PunctuationType.StreamTime ? _streamTime : _wallClock;
        var fired = false;
        // A callback may schedule more: those come after the present count and wait for the next round.
        for (int i = 0, count = entries.Count; i < count; i++)
        {
            var entry = entries[i];
            if (entry.IsCancelled || entry.Due > now)
                continue;
            entry.Due += entry.Interval;
            if (entry.Due <= now)
                entry.Due = now - ((now - entry.Due) % entry.Interval) + entry.Interval;
            entry.Callback(now);
            fired = true;
        }

        entries.RemoveAll(static e => e.IsCancelled);
        return fired;
    }

    /// <summary>When the next wall-clock punctuator is due, in epoch milliseconds; <see cref="long.MaxValue"/> for never.</summary>
    public long NextWallClock
    {
        get
        {
            var next = long.MaxValue;
            foreach (var entry in _wallClock)
                next = entry.IsCancelled ? next : Math.Min(next, entry.Due);
            return next;
        }
    }

    private sealed class Entry(long interval, Action<long> callback) : ICancellable
    {
        public long Interval { get; } = interval;

        public Action<long> Callback { get; } = callback;

        public long Due { get; set; }

        public bool IsCancelled { get; private set; }

        public void Cancel() => IsCancelled = true;
    }
}

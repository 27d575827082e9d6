namespace MedStreams.Topologies.Increments.Counting;

/// <summary>The lengths that counting goes by, in milliseconds.</summary>
/// <param name="Window">The length of a window.</param>
/// <param name="Grace">How long after its end a window still takes events.</param>
/// <param name="Retention">How long windows are kept after their last event arrived.</param>
internal readonly record struct IncrementTimes(long Window, long Grace, long Retention)
{
    public static IncrementTimes Of(IncrementsOptions options) =>
        new(
            (long)options.Window.TotalMilliseconds,
            (long)options.Grace.TotalMilliseconds,
            (long)options.Retention.TotalMilliseconds);

    /// <summary>The beginning of the window that a time lies in.</summary>
    public long StartOf(long time) => time - (time % Window);
}

/// <summary>
/// Counts events into windows by product and event type. An event is late where its window has been closed, for longer than the grace,
/// by an earlier event of the same lane (of the same key). Since only events of its own lane make an event late, the outcome does not
/// depend on how lanes are interleaved. Windows that no event reached for the retention are dropped, by time of arrival, so that old
/// logs can be counted, too; what would open a window anew that may have been dropped is late. For one thread.
/// </summary>
internal sealed class IncrementFold
{
    private const int ChecksPerRetention = 32;

    private readonly IncrementTimes _times;
    private readonly IIncrementState _state;
    private readonly Dictionary<string, KeyTotals> _totals;
    private readonly List<string> _changed = [];
    private readonly List<IncrementRow> _rows = [];

    /// <summary>Goes on from a state, with what it had not emitted yet.</summary>
    public IncrementFold(IncrementTimes times, IIncrementState state)
    {
        _times = times;
        _state = state;
        _totals = new(state.Totals(), StringComparer.Ordinal);
        _changed.AddRange(_totals.Where(t => t.Value.ChangedFrom != KeyTotals.Unchanged).Select(t => t.Key));
    }

    /// <summary>Counts an event.</summary>
    /// <param name="key">The product, a bar, the event type.</param>
    /// <param name="lane">The event's lane.</param>
    /// <param name="time">Its time, epoch milliseconds.</param>
    /// <param name="arrival">When it arrived, epoch milliseconds.</param>
    /// <param name="subject">Its subject, where it has one.</param>
    public void Add(string key, string lane, long time, long arrival, string? subject)
    {
        var start = _times.StartOf(time);
        if (!_totals.TryGetValue(key, out var totals))
            totals = new(0, start, arrival, arrival, 0, KeyTotals.Unchanged);
        totals = totals with { Arrived = Math.Max(totals.Arrived, arrival) };
        var laneKey = new LaneKey(key, lane);
        var progress = _state.Lane(laneKey);
        var window = new WindowKey(key, start);
        var counts = _state.Window(window);
        if (start + _times.Window + _times.Grace <= progress?.Time || (counts is null && start < totals.ClosedBefore))
        {
            AddLate(key, totals, progress);
            return;
        }

        var before = counts.GetValueOrDefault();
        _state.PutWindow(window, new(before.Count + 1, before.Late, Math.Max(before.Touched, arrival)));
        if (subject is not null)
        {
            var sketch = _state.Sketch(window) ?? new DistinctSketch();
            if (sketch.Add(DistinctSketch.HashOf(subject)))
                _state.PutSketch(window, sketch);
        }

        if (progress is null || time > progress.Value.Time)
            _state.PutLane(laneKey, new(time, arrival));
        Put(key, totals with { Total = totals.Total + 1, Newest = Math.Max(totals.Newest, start) }, start);
    }

    /// <summary>
    /// Hands out the rows that changed since the last call: for each key the earliest window that changed and all behind it, whose running
    /// totals changed with it; in ascending order. Then drops what has been idle for the retention.
    /// </summary>
    public void Emit(Action<IncrementRow> emit)
    {
        foreach (var key in _changed)
        {
            var totals = _totals[key];
            EmitRows(key, totals, emit);
            totals = totals with { ChangedFrom = KeyTotals.Unchanged };
            if (totals.Arrived >= totals.CheckedAt + (_times.Retention / ChecksPerRetention))
            {
                var dropped = _state.DropIdle(key, totals.Arrived - _times.Retention) + _times.Window;
                totals = totals with
                {
                    CheckedAt = totals.Arrived,
                    ClosedBefore = Math.Max(totals.ClosedBefore, dropped ?? 0),
                };
            }

            _totals[key] = totals;
            _state.PutTotals(key, totals);
        }

        _changed.Clear();
    }

    /// <summary>
    /// Late events count in the window that is current in their lane; if that is not kept any more, in the newest one; if that is not
    /// either, in one that was never opened.
    /// </summary>
    private void AddLate(string key, KeyTotals totals, LaneProgress? progress)
    {
        var window = new WindowKey(key, progress is { } lane ? _times.StartOf(lane.Time) : totals.Newest);
        var counts = _state.Window(window);
        if (counts is null)
        {
            window = new(key, totals.Newest);
            counts = _state.Window(window);
        }

        if (counts is null)
        {
            window = new(key, Math.Max(_times.StartOf(totals.Arrived), totals.ClosedBefore));
            counts = _state.Window(window) ?? default(WindowCounts);
        }

        _state.PutWindow(window, counts.Value with { Late = counts.Value.Late + 1, Touched = Math.Max(counts.Value.Touched, totals.Arrived) });
        Put(key, totals, window.Start);
    }

    private void Put(string key, KeyTotals totals, long changed)
    {
        if (totals.ChangedFrom == KeyTotals.Unchanged)
            _changed.Add(key);
        totals = totals with { ChangedFrom = Math.Min(totals.ChangedFrom, changed) };
        _totals[key] = totals;
        _state.PutTotals(key, totals);
    }

    private void EmitRows(string key, KeyTotals totals, Action<IncrementRow> emit)
    {
        var bar = key.IndexOf('|', StringComparison.Ordinal);
        var (product, eventType) = (key[..bar], key[(bar + 1)..]);
        var total = totals.Total;
        foreach (var (window, counts) in _state.WindowsDown(key, totals.ChangedFrom))
        {
            _rows.Add(new()
            {
                Product = product,
                EventType = eventType,
                WindowStart = DateTimeOffset.FromUnixTimeMilliseconds(window.Start),
                Count = counts.Count,
                DistinctSubjects = _state.Sketch(window)?.Estimate() ?? 0,
                RunningTotal = total,
                Late = counts.Late,
            });
            total -= counts.Count;
        }

        for (var i = _rows.Count - 1; i >= 0; i--)
            emit(_rows[i]);
        _rows.Clear();
    }
}

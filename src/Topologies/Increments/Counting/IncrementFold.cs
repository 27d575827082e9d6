namespace MedStreams.Topologies.Increments.Counting;

/// <summary>The lengths that counting goes by, in milliseconds.</summary>
/// <param name="Window">The length of a window.</param>
/// <param name="Grace">How long after its end a window still takes events.</param>
/// <param name="Retention">How long windows are kept behind the newest.</param>
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
/// by an earlier event of the same lane (of the same key), or where its window is not kept any more. Since only events of its own lane
/// make an event late, the outcome does not depend on how lanes are interleaved. For one thread.
/// </summary>
internal sealed class IncrementFold
{
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
    /// <param name="subject">Its subject, where it has one.</param>
    public void Add(string key, string lane, long time, string? subject)
    {
        var start = _times.StartOf(time);
        if (!_totals.TryGetValue(key, out var totals))
            totals = new(0, start, 0, KeyTotals.Unchanged);
        var laneKey = new LaneKey(key, lane);
        var laneTime = _state.LaneTime(laneKey);
        if (start + _times.Window + _times.Grace <= laneTime || start < totals.Newest - _times.Retention)
        {
            AddLate(key, totals, laneTime);
            return;
        }

        var window = new WindowKey(key, start);
        var counts = _state.Window(window);
        _state.PutWindow(window, counts with { Count = counts.Count + 1 });
        if (subject is not null)
        {
            var sketch = _state.Sketch(window) ?? new DistinctSketch();
            if (sketch.Add(DistinctSketch.HashOf(subject)))
                _state.PutSketch(window, sketch);
        }

        if (laneTime is null || time > laneTime)
            _state.PutLaneTime(laneKey, time);
        Put(key, totals with { Total = totals.Total + 1, Newest = Math.Max(totals.Newest, start) }, start);
    }

    /// <summary>
    /// Hands out the rows that changed since the last call: for each key the earliest window that changed and all behind it, whose running
    /// totals changed with it; in ascending order. Then drops windows that are not kept any more.
    /// </summary>
    public void Emit(Action<IncrementRow> emit)
    {
        foreach (var key in _changed)
        {
            var totals = _totals[key];
            EmitRows(key, totals, emit);
            totals = totals with { ChangedFrom = KeyTotals.Unchanged };
            var keptFrom = totals.Newest - _times.Retention;
            if (keptFrom > totals.PurgedBefore)
            {
                _state.DropWindows(key, keptFrom);
                totals = totals with { PurgedBefore = keptFrom };
            }

            _totals[key] = totals;
            _state.PutTotals(key, totals);
        }

        _changed.Clear();
    }

    /// <summary>Late events count in the window that is current in their lane; if that is not kept any more, in the newest.</summary>
    private void AddLate(string key, KeyTotals totals, long? laneTime)
    {
        var start = laneTime is { } time ? _times.StartOf(time) : totals.Newest;
        if (start < totals.Newest - _times.Retention)
            start = totals.Newest;
        var window = new WindowKey(key, start);
        var counts = _state.Window(window);
        _state.PutWindow(window, counts with { Late = counts.Late + 1 });
        Put(key, totals, start);
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

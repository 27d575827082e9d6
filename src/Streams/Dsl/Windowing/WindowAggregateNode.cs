using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Windowing;

/// <summary>
/// Aggregates a stream by key and window. Records without key are dropped, and so are those whose window has closed, by the
/// largest time that this node has seen; values of null are aggregated like others.
/// </summary>
internal sealed class WindowAggregateNode<TKey, TValue, TAggregate>(
    string name,
    TaskContext task,
    string storeName,
    Windows windows,
    EmitStrategy emit,
    Aggregation<TKey, TValue, TAggregate> aggregation,
    bool sendsOldValues)
    : WindowedAggregateNode<TKey, TValue, TAggregate>(name, task, storeName, emit, aggregation, sendsOldValues)
{
    private readonly long _grace = windows.GraceMs;
    private readonly long _size = windows.SizeMs;
    private long _toldUpTo = -1;

    public override void Init()
    {
        base.Init();
        ObservedTime = StoredTime.OfRecords(Task, Store.Name, Store, back: 0);
        if (ObservedTime >= 0)
            _toldUpTo = ObservedTime - _grace;
    }

    protected override void Process(in Record<TKey, TValue> record)
    {
        if (record.Key is null)
        {
            Task.CountDropped();
            return;
        }

        ObservedTime = Math.Max(ObservedTime, record.Timestamp);
        var closeTime = ObservedTime - _grace;
        if (TellsOnClose)
            TellClosed(record, closeTime); // before the store sees the new time, by which it may drop them
        for (var start = windows.FirstStart(record.Timestamp); start <= record.Timestamp; start += windows.Step)
        {
            if (windows.EndOf(start) > closeTime)
                Update(record, new Window(start, windows.EndOf(start)));
            else
                Task.CountDropped();
            if (start > record.Timestamp - windows.Step)
                break;
        }
    }

    private void Update(in Record<TKey, TValue> record, Window window)
    {
        if (Store.Fetch(record.Key, window.Start) is { Value: { } known } entry)
            Aggregate(record, window, known, entry.Timestamp);
        else
            Aggregate(record, window, Aggregation.Initial, -1);
    }

    /// <summary>Tells the results of the windows that have closed since the last time.</summary>
    private void TellClosed(in Record<TKey, TValue> record, long closeTime)
    {
        if (closeTime <= _toldUpTo || closeTime < _size)
            return;
        var from = _toldUpTo < 0 ? 0 : Math.Max(0, _toldUpTo - _size) + 1;
        var to = closeTime - _size;
        if (_toldUpTo >= 0 && MatchSameWindows(to, from - 1))
            return;
        var begun = Metrics?.Task.Thread.Timestamp() ?? 0;
        var results = 0;
        foreach (var (window, entry) in Store.FetchAll(from, to).OrderBy(e => e.Key.Window.Start))
        {
            if (entry is not { } result)
                continue;
            results++;
            TellFinal(window, result, record.Headers);
        }

        _toldUpTo = closeTime;
        Metrics?.FinalEmitted(results, begun);
    }

    private bool MatchSameWindows(long one, long other) =>
        windows.FirstStart(one) == windows.FirstStart(other) && one / windows.Step == other / windows.Step;
}

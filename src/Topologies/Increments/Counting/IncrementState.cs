namespace MedStreams.Topologies.Increments.Counting;

/// <summary>A window of a product and event type.</summary>
/// <param name="Key">The product, a bar, the event type.</param>
/// <param name="Start">The window's beginning, epoch milliseconds.</param>
internal readonly record struct WindowKey(string Key, long Start);

/// <summary>A lane of a product and event type.</summary>
/// <param name="Key">The product, a bar, the event type.</param>
/// <param name="Lane">The lane.</param>
internal readonly record struct LaneKey(string Key, string Lane);

/// <summary>What a window holds.</summary>
/// <param name="Count">Events.</param>
/// <param name="Late">Events that came too late while this window was current.</param>
/// <param name="Touched">When its last event arrived, epoch milliseconds.</param>
internal readonly record struct WindowCounts(long Count, long Late, long Touched);

/// <summary>How far a lane is. Times are epoch milliseconds.</summary>
/// <param name="Time">The largest event time.</param>
/// <param name="Touched">When its last event arrived.</param>
internal readonly record struct LaneProgress(long Time, long Touched);

/// <summary>What is known of a product and event type beside its windows. Times are epoch milliseconds.</summary>
/// <param name="Total">Events of all windows, those that are no longer kept included.</param>
/// <param name="Newest">The beginning of the newest window.</param>
/// <param name="Arrived">When the last event arrived.</param>
/// <param name="CheckedAt">The value of <paramref name="Arrived"/> when idle windows were looked for last.</param>
/// <param name="ClosedBefore">No window that begins earlier is opened: it may have been there, and was dropped.</param>
/// <param name="ChangedFrom">The beginning of the earliest window that changed since rows were emitted; <see cref="Unchanged"/> for none.</param>
internal readonly record struct KeyTotals(long Total, long Newest, long Arrived, long CheckedAt, long ClosedBefore, long ChangedFrom)
{
    /// <summary>No window changed.</summary>
    public const long Unchanged = long.MaxValue;
}

/// <summary>Where <see cref="IncrementFold"/> keeps what it knows. For one thread.</summary>
internal interface IIncrementState
{
    /// <summary>All keys and their totals.</summary>
    IEnumerable<KeyValuePair<string, KeyTotals>> Totals();

    void PutTotals(string key, KeyTotals totals);

    /// <summary>How far a lane is; null where it had no event yet, or none for long.</summary>
    LaneProgress? Lane(LaneKey lane);

    void PutLane(LaneKey lane, LaneProgress progress);

    /// <summary>A window; null where it is not there.</summary>
    WindowCounts? Window(WindowKey window);

    void PutWindow(WindowKey window, WindowCounts counts);

    /// <summary>The windows of a key from a beginning on, latest first.</summary>
    IEnumerable<KeyValuePair<WindowKey, WindowCounts>> WindowsDown(string key, long from);

    /// <summary>Drops the windows (with their sketches) and lanes of a key that no event reached since a time.</summary>
    /// <returns>The beginning of the latest window that was dropped; null where none was.</returns>
    long? DropIdle(string key, long touchedBefore);

    /// <summary>The sketch of a window's subjects; null where it has none. The caller may change it, and then puts it.</summary>
    DistinctSketch? Sketch(WindowKey window);

    void PutSketch(WindowKey window, DistinctSketch sketch);
}

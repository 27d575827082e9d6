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
internal readonly record struct WindowCounts(long Count, long Late);

/// <summary>What is known of a product and event type beside its windows. Times are epoch milliseconds.</summary>
/// <param name="Total">Events of all windows, those that are no longer kept included.</param>
/// <param name="Newest">The beginning of the newest window.</param>
/// <param name="PurgedBefore">Windows that begin earlier are not kept any more.</param>
/// <param name="ChangedFrom">The beginning of the earliest window that changed since rows were emitted; <see cref="Unchanged"/> for none.</param>
internal readonly record struct KeyTotals(long Total, long Newest, long PurgedBefore, long ChangedFrom)
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

    /// <summary>The largest event time of a lane; null where it had no event yet.</summary>
    long? LaneTime(LaneKey lane);

    void PutLaneTime(LaneKey lane, long time);

    /// <summary>A window; nothing in it where it is not there.</summary>
    WindowCounts Window(WindowKey window);

    void PutWindow(WindowKey window, WindowCounts counts);

    /// <summary>The windows of a key from a beginning on, latest first.</summary>
    IEnumerable<KeyValuePair<WindowKey, WindowCounts>> WindowsDown(string key, long from);

    /// <summary>Drops the windows of a key that begin before a time, and their sketches.</summary>
    void DropWindows(string key, long before);

    /// <summary>The sketch of a window's subjects; null where it has none. The caller may change it, and then puts it.</summary>
    DistinctSketch? Sketch(WindowKey window);

    void PutSketch(WindowKey window, DistinctSketch sketch);
}

using MedStreams.Streams;

namespace MedStreams.Topologies.Increments.Counting;

/// <summary>
/// The state of counting in the engine's stores. Sketches that are in use are also kept as objects, so that they are read once; all
/// writes go to the stores at once. Lives as long as its task.
/// </summary>
internal sealed class IncrementStores(IProcessingContext context) : IIncrementState
{
    private const int MostSketches = 4_096;
    private const string BehindAllLanes = "\uFFFF";
    private const string TotalsStore = "increment-totals";
    private const string WindowsStore = "increment-windows";
    private const string SketchesStore = "increment-sketches";
    private const string LanesStore = "increment-lanes";

    private readonly IKeyValueStore<string, KeyTotals?> _totals = context.GetStateStore<IKeyValueStore<string, KeyTotals?>>(TotalsStore);
    private readonly IKeyValueStore<WindowKey, WindowCounts?> _windows =
        context.GetStateStore<IKeyValueStore<WindowKey, WindowCounts?>>(WindowsStore);

    private readonly IKeyValueStore<WindowKey, DistinctSketch> _sketches =
        context.GetStateStore<IKeyValueStore<WindowKey, DistinctSketch>>(SketchesStore);

    private readonly IKeyValueStore<LaneKey, LaneProgress?> _lanes = context.GetStateStore<IKeyValueStore<LaneKey, LaneProgress?>>(LanesStore);
    private readonly Dictionary<WindowKey, DistinctSketch> _known = [];

    /// <summary>The names of the stores.</summary>
    public static string[] Names { get; } = [TotalsStore, WindowsStore, SketchesStore, LanesStore];

    /// <summary>Builders of the stores; writes are held back until the commit, so that the changelogs get the last of each key only.</summary>
    public static IEnumerable<IStoreBuilder> Builders()
    {
        yield return Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(TotalsStore), Serdes.String, IncrementStoreSerdes.KeyTotals).WithCachingEnabled();
        yield return Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(WindowsStore), IncrementStoreSerdes.WindowKey, IncrementStoreSerdes.WindowCounts).WithCachingEnabled();
        yield return Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(SketchesStore), IncrementStoreSerdes.WindowKey, IncrementStoreSerdes.Sketch).WithCachingEnabled();
        yield return Stores.KeyValueStoreBuilder(
            Stores.PersistentKeyValueStore(LanesStore), IncrementStoreSerdes.LaneKey, IncrementStoreSerdes.LaneProgress).WithCachingEnabled();
    }

    public IEnumerable<KeyValuePair<string, KeyTotals>> Totals() =>
        _totals.All().Select(entry => KeyValuePair.Create(entry.Key, entry.Value.GetValueOrDefault()));

    public void PutTotals(string key, KeyTotals totals) => _totals.Put(key, totals);

    public LaneProgress? Lane(LaneKey lane) => _lanes.Get(lane);

    public void PutLane(LaneKey lane, LaneProgress progress) => _lanes.Put(lane, progress);

    public WindowCounts? Window(WindowKey window) => _windows.Get(window);

    public void PutWindow(WindowKey window, WindowCounts counts) => _windows.Put(window, counts);

    public IEnumerable<KeyValuePair<WindowKey, WindowCounts>> WindowsDown(string key, long from) =>
        _windows.ReverseRange(new WindowKey(key, from), new WindowKey(key, long.MaxValue))
            .Select(entry => KeyValuePair.Create(entry.Key, entry.Value.GetValueOrDefault()));

    public long? DropIdle(string key, long touchedBefore)
    {
        WindowKey[] windows =
        [
            .. _windows.Range(new WindowKey(key, 0), new WindowKey(key, long.MaxValue))
                .Where(entry => entry.Value.GetValueOrDefault().Touched < touchedBefore).Select(entry => entry.Key),
        ];
        foreach (var window in windows)
        {
            _windows.Delete(window);
            _sketches.Delete(window);
            _known.Remove(window);
        }

        LaneKey[] lanes =
        [
            .. _lanes.Range(new LaneKey(key, string.Empty), new LaneKey(key, BehindAllLanes))
                .Where(entry => entry.Value.GetValueOrDefault().Touched < touchedBefore).Select(entry => entry.Key),
        ];
        foreach (var lane in lanes)
            _lanes.Delete(lane);
        return windows.Length == 0 ? null : windows[^1].Start;
    }

    public DistinctSketch? Sketch(WindowKey window)
    {
        if (_known.TryGetValue(window, out var known))
            return known;
        var sketch = _sketches.Get(window);
        if (sketch is not null)
            Remember(window, sketch);
        return sketch;
    }

    public void PutSketch(WindowKey window, DistinctSketch sketch)
    {
        Remember(window, sketch);
        _sketches.Put(window, sketch);
    }

    private void Remember(WindowKey window, DistinctSketch sketch)
    {
        if (_known.Count >= MostSketches)
            _known.Clear();
        _known[window] = sketch;
    }
}

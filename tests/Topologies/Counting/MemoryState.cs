using MedStreams.Topologies.Increments.Counting;

namespace MedStreams.Topologies.Tests.Counting;

/// <summary>The state of counting in dictionaries.</summary>
internal sealed class MemoryState : IIncrementState
{
    public Dictionary<string, KeyTotals> AllTotals { get; } = [];

    public SortedDictionary<(string Key, long Start), WindowCounts> Windows { get; } = [];

    public Dictionary<WindowKey, byte[]> Sketches { get; } = [];

    public Dictionary<LaneKey, LaneProgress> Lanes { get; } = [];

    public IEnumerable<KeyValuePair<string, KeyTotals>> Totals() => AllTotals;

    public void PutTotals(string key, KeyTotals totals) => AllTotals[key] = totals;

    public LaneProgress? Lane(LaneKey lane) => Lanes.TryGetValue(lane, out var progress) ? progress : null;

    public void PutLane(LaneKey lane, LaneProgress progress) => Lanes[lane] = progress;

    public WindowCounts? Window(WindowKey window) =>
        Windows.TryGetValue((window.Key, window.Start), out var counts) ? counts : null;

    public void PutWindow(WindowKey window, WindowCounts counts) => Windows[(window.Key, window.Start)] = counts;

    public IEnumerable<KeyValuePair<WindowKey, WindowCounts>> WindowsDown(string key, long from) =>
        Windows.Reverse().Where(w => w.Key.Key == key && w.Key.Start >= from)
            .Select(w => KeyValuePair.Create(new WindowKey(key, w.Key.Start), w.Value));

    public long? DropIdle(string key, long touchedBefore)
    {
        foreach (var lane in Lanes.Where(l => l.Key.Key == key && l.Value.Touched < touchedBefore).Select(l => l.Key).ToList())
            Lanes.Remove(lane);
        long? last = null;
        foreach (var window in Windows.Where(w => w.Key.Key == key && w.Value.Touched < touchedBefore).Select(w => w.Key).ToList())
        {
            last = window.Start;
            Windows.Remove(window);
            Sketches.Remove(new(key, window.Start));
        }

        return last;
    }

    public DistinctSketch? Sketch(WindowKey window) =>
        Sketches.TryGetValue(window, out var bytes) ? DistinctSketch.FromBytes(bytes) : null;

    public void PutSketch(WindowKey window, DistinctSketch sketch) => Sketches[window] = sketch.ToBytes();
}

using MedStreams.Topologies.Increments.Counting;

namespace MedStreams.Topologies.Tests.Counting;

/// <summary>The state of counting in dictionaries.</summary>
internal sealed class MemoryState : IIncrementState
{
    public Dictionary<string, KeyTotals> AllTotals { get; } = [];

    public SortedDictionary<(string Key, long Start), WindowCounts> Windows { get; } = [];

    public Dictionary<WindowKey, byte[]> Sketches { get; } = [];

    public Dictionary<LaneKey, long> Lanes { get; } = [];

    public IEnumerable<KeyValuePair<string, KeyTotals>> Totals() => AllTotals;

    public void PutTotals(string key, KeyTotals totals) => AllTotals[key] = totals;

    public long? LaneTime(LaneKey lane) => Lanes.TryGetValue(lane, out var time) ? time : null;

    public void PutLaneTime(LaneKey lane, long time) => Lanes[lane] = time;

    public WindowCounts Window(WindowKey window) => Windows.GetValueOrDefault((window.Key, window.Start));

    public void PutWindow(WindowKey window, WindowCounts counts) => Windows[(window.Key, window.Start)] = counts;

    public IEnumerable<KeyValuePair<WindowKey, WindowCounts>> WindowsDown(string key, long from) =>
        Windows.Reverse().Where(w => w.Key.Key == key && w.Key.Start >= from)
            .Select(w => KeyValuePair.Create(new WindowKey(key, w.Key.Start), w.Value));

    public void DropWindows(string key, long before)
    {
        foreach (var window in Windows.Keys.Where(w => w.Key == key && w.Start < before).ToList())
        {
            Windows.Remove(window);
            Sketches.Remove(new(key, window.Start));
        }
    }

    public DistinctSketch? Sketch(WindowKey window) =>
        Sketches.TryGetValue(window, out var bytes) ? DistinctSketch.FromBytes(bytes) : null;

    public void PutSketch(WindowKey window, DistinctSketch sketch) => Sketches[window] = sketch.ToBytes();
}

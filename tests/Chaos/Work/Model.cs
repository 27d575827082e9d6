namespace MedStreams.Chaos.Tests.Work;

/// <summary>What a sequential program makes of the input: the same records, one after the other, without a crash.</summary>
internal sealed class Model(ChaosTopics topics)
{
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _windows = new(StringComparer.Ordinal);
    private readonly Dictionary<int, long> _times = [];
    private readonly Dictionary<string, string> _asks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _answers = new(StringComparer.Ordinal);

    /// <summary>How many records each group has.</summary>
    public IReadOnlyDictionary<string, long> Counts => _counts;

    /// <summary>How many records each key has in each window.</summary>
    public IReadOnlyDictionary<string, long> Windows => _windows;

    /// <summary>All windows that records are of, too late or not.</summary>
    public HashSet<string> AllWindows { get; } = new(StringComparer.Ordinal);

    public long Events { get; private set; }

    public long WindowUpdates { get; private set; }

    /// <summary>Events too late for their window.</summary>
    public long Dropped => Events - WindowUpdates;

    /// <summary>Each ask with each of its answers.</summary>
    public IEnumerable<string> Pairs => _asks.SelectMany(a => _answers.GetValueOrDefault(a.Key, []).Select(answer => $"{a.Value}|{answer}"));

    /// <summary>Asks without an answer.</summary>
    public IEnumerable<string> Unanswered => _asks.Where(a => !_answers.ContainsKey(a.Key)).Select(a => $"{a.Value}|-");

    public void Add(in InputRecord record)
    {
        if (record.Topic == topics.Events)
            AddEvent(record);
        else if (record.Topic == topics.Asks)
            _asks.Add(record.Key, record.Value);
        else if (_answers.TryGetValue(record.Key, out var known))
            known.Add(record.Value);
        else
            _answers.Add(record.Key, [record.Value]);
    }

    private void AddEvent(in InputRecord record)
    {
        Events++;
        var group = ChaosTopology.GroupOf(record.Value);
        _counts[group] = _counts.GetValueOrDefault(group) + 1;
        var now = _times[record.Partition] = Math.Max(_times.GetValueOrDefault(record.Partition, -1), record.Time);
        var size = (long)ChaosTopology.WindowSize.TotalMilliseconds;
        var start = record.Time / size * size;
        var window = ChaosTopology.WindowName(record.Key, start);
        AllWindows.Add(window);
        if (start + size <= now - (long)ChaosTopology.WindowGrace.TotalMilliseconds)
            return;
        WindowUpdates++;
        _windows[window] = _windows.GetValueOrDefault(window) + 1;
    }
}

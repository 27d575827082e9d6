using System.Text;
using MedStreams.Topologies.Increments.Counting;
using MedStreams.Topologies.Increments.Parsing;

namespace MedStreams.Topologies.Increments;

/// <summary>
/// Counts the same input a second time, in one plain pass and all in memory, to check the topology's results against. It shares the
/// parsers, the rules and the sketch with the topology, but neither its stores nor its way to count. Feed it the raw records of each
/// key in their order; keys may be interleaved in any way. The records' times may span <see cref="IncrementsOptions.Retention"/> at
/// most. For one thread.
/// </summary>
public sealed class ExpectedIncrements
{
    private readonly IncrementTimes _times;
    private readonly RoutingTable _routes;
    private readonly LogParser _parser;
    private readonly LaneNames _lanes;
    private readonly Dictionary<(string Product, string EventType), Series> _series = [];

    /// <summary>A counter for the topology with these options.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range.</exception>
    /// <exception cref="RoutingTableException">The rules are not usable.</exception>
    public ExpectedIncrements(IncrementsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _routes = options.Validate();
        _times = IncrementTimes.Of(options);
        _parser = new(options.Parsing);
        _lanes = new(options.Parsing);
    }

    /// <summary>How many records came in.</summary>
    public long RecordsIn { get; private set; }

    /// <summary>How many of them are counted in windows.</summary>
    public long Counted { get; private set; }

    /// <summary>How many of them came too late.</summary>
    public long Late { get; private set; }

    /// <summary>How many of them cannot be parsed.</summary>
    public long DeadLettered { get; private set; }

    /// <summary>Counts a raw record.</summary>
    /// <param name="key">Its key; empty for none.</param>
    /// <param name="value">Its bytes.</param>
    /// <param name="timestamp">Its time in the topic, epoch milliseconds.</param>
    /// <param name="source">The header <see cref="LogHeaders.Source"/>; null for none.</param>
    /// <param name="format">The header <see cref="LogHeaders.Format"/>; null for none.</param>
    /// <param name="host">The header <see cref="LogHeaders.Host"/>; null for none.</param>
    /// <param name="partition">Its partition; matters for records without key only.</param>
    public void Add(
        ReadOnlySpan<byte> key,
        ReadOnlySpan<byte> value,
        long timestamp,
        string? source = null,
        string? format = null,
        string? host = null,
        int partition = 0)
    {
        RecordsIn++;
        var parse = _parser.Parse(new RawLog
        {
            Bytes = value,
            Timestamp = timestamp,
            Source = Encoding.UTF8.GetBytes(source ?? string.Empty),
            Format = Encoding.UTF8.GetBytes(format ?? string.Empty),
            Host = Encoding.UTF8.GetBytes(host ?? string.Empty),
        });
        if (parse.Event is not { } parsed)
        {
            DeadLettered++;
            return;
        }

        var place = (_routes.Route(parsed), parsed.EventType);
        if (!_series.TryGetValue(place, out var series))
            _series.Add(place, series = new(_times));
        if (series.Add(_lanes.Of(key, partition), parsed.Time, parsed.Subject))
            Counted++;
        else
            Late++;
    }

    /// <summary>The rows that the result table must hold, in the order of product, event type and window.</summary>
    public IReadOnlyList<IncrementRow> Rows() =>
    [
        .. _series.OrderBy(s => s.Key.Product, StringComparer.Ordinal).ThenBy(s => s.Key.EventType, StringComparer.Ordinal)
            .SelectMany(s => s.Value.Rows(s.Key.Product, s.Key.EventType)),
    ];

    /// <summary>Holds what is in the result table against what must be there.</summary>
    public IncrementComparison Compare(IEnumerable<IncrementRow> actual) => new(Rows(), actual);

    /// <summary>One product and event type.</summary>
    private sealed class Series(IncrementTimes times)
    {
        private readonly SortedDictionary<long, Cell> _cells = [];
        private readonly Dictionary<string, long> _laneTimes = new(StringComparer.Ordinal);

        public bool Add(string lane, long time, string? subject)
        {
            var start = times.StartOf(time);
            var known = _laneTimes.TryGetValue(lane, out var laneTime);
            if (known && start + times.Window + times.Grace <= laneTime)
            {
                At(times.StartOf(laneTime)).Late++;
                return false;
            }

            var cell = At(start);
            cell.Count++;
            if (subject is not null)
                cell.Subjects.Add(DistinctSketch.HashOf(subject));
            _laneTimes[lane] = known ? Math.Max(laneTime, time) : time;
            return true;
        }

        public IEnumerable<IncrementRow> Rows(string product, string eventType)
        {
            var total = 0L;
            foreach (var (start, cell) in _cells)
            {
                total += cell.Count;
                yield return new()
                {
                    Product = product,
                    EventType = eventType,
                    WindowStart = DateTimeOffset.FromUnixTimeMilliseconds(start),
                    Count = cell.Count,
                    DistinctSubjects = cell.Subjects.Estimate(),
                    RunningTotal = total,
                    Late = cell.Late,
                };
            }
        }

        private Cell At(long start)
        {
            if (!_cells.TryGetValue(start, out var cell))
                _cells.Add(start, cell = new());
            return cell;
        }
    }

    private sealed class Cell
    {
        public long Count { get; set; }

        public long Late { get; set; }

        public DistinctSketch Subjects { get; } = new();
    }
}

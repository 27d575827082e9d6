using Confluent.Kafka;
using MedStreams.Cli.Running.Page;
using MedStreams.Monitoring.Page;
using MedStreams.Topologies.Increments;

namespace MedStreams.Cli.Running.Increments;

/// <summary>The increments per product, as the page shows and reports them. Safe for use by several threads.</summary>
internal sealed class IncrementsView(TimeProvider clock) : IPageReport
{
    /// <summary>So many rows are kept; the oldest windows go first.</summary>
    private const int MostRows = 20_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Product, string EventType, DateTimeOffset WindowStart), IncrementRow> _rows = [];
    private readonly SortedDictionary<string, long> _since = new(StringComparer.Ordinal);
    private long? _shownAt;

    public string Name => "increments";

    public string Title => "Increments per product";

    /// <summary>The view of a topology.</summary>
    public static PageContent Of(PageSetting setting, IncrementsOptions options)
    {
        var view = new IncrementsView(setting.Clock);
        var tail = setting.Tail("increments", options.IncrementsTopic, view.Take, view.Show);
        return new PageContent { Parts = [tail], Reports = [view], Owned = [tail] };
    }

    public ValueTask<PageTable> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return new(new PageTable(
                ["product", "event type", "window from", "count", "distinct subjects", "running total", "late"],
                [
                    .. _rows.Values.OrderByDescending(r => r.WindowStart).ThenBy(r => r.Product, StringComparer.Ordinal).ThenBy(r => r.EventType, StringComparer.Ordinal)
                        .Select(IReadOnlyList<object?> (r) => [r.Product, r.EventType, r.WindowStart, r.Count, r.DistinctSubjects, r.RunningTotal, r.Late]),
                ]));
        }
    }

    internal void Take(ConsumeResult<byte[]?, byte[]?> record)
    {
        if (record.Message.Value is not { } value)
            return;
        var row = IncrementsSerdes.Row.Deserialize(value, default);
        lock (_lock)
        {
            var key = (row.Product, row.EventType, row.WindowStart);
            var before = _rows.TryGetValue(key, out var known) ? known.Count : 0;
            _rows[key] = row;
            _since[row.Product] = _since.GetValueOrDefault(row.Product) + Math.Max(0, row.Count - before);
            if (_rows.Count > MostRows)
                Forget();
        }
    }

    /// <summary>Of each product the newest window, and how many events its counts grew by in a second since the last look.</summary>
    internal object Show()
    {
        lock (_lock)
        {
            var seconds = _shownAt is { } at ? clock.GetElapsedTime(at).TotalSeconds : 0;
            _shownAt = clock.GetTimestamp();
            var shown = _rows.Values.GroupBy(r => r.Product, StringComparer.Ordinal).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p =>
            {
                var bucket = p.Max(r => r.WindowStart);
                return new
                {
                    Product = p.Key,
                    Bucket = bucket,
                    Count = p.Where(r => r.WindowStart == bucket).Sum(r => r.Count),
                    Total = p.GroupBy(r => r.EventType, StringComparer.Ordinal).Sum(t => t.MaxBy(r => r.WindowStart)!.RunningTotal),
                    Rate = seconds > 0 ? Math.Round(_since.GetValueOrDefault(p.Key) / seconds, 1) : 0,
                };
            }).ToList();
            _since.Clear();
            return new { Products = shown, At = clock.GetUtcNow() };
        }
    }

    private void Forget()
    {
        foreach (var key in _rows.Keys.OrderBy(k => k.WindowStart).Take(MostRows / 10).ToList())
            _rows.Remove(key);
    }
}

using MedStreams.RocksDb;

namespace MedStreams.Streams.Metrics;

/// <summary>
/// The statistics of a task's RocksDB, at the recording level DEBUG: of all its stores together, since they share one database. Asked when they
/// are observed, by any thread, at most once a second.
/// </summary>
internal sealed class RocksStatistics(TaskMetrics task, Func<string?> read) : IMetricSource
{
    private const long FreshMs = 1000;
    private readonly Lock _lock = new();
    private Sample _oldest = new(task.Now, []);
    private Sample _current = new(task.Now, []);
    private Sample _latest = new(task.Now - FreshMs, []);

    public static MetricFamily<RocksStatistics> Metrics { get; } = new(
        "stream-state-metrics",
        [
            .. Bytes("bytes-written", "written", "bytes.written"),
            .. Bytes("bytes-read", "read", "bytes.read"),
            .. Bytes("memtable-bytes-flushed", "flushed from memory tables", "flush.write.bytes"),
            Bytes("bytes-read-compaction", "read by compactions", "compact.read.bytes")[0],
            Bytes("bytes-written-compaction", "written by compactions", "compact.write.bytes")[0],
            HitRatio("memtable-hit-ratio", "memory tables", "memtable"),
            HitRatio("block-cache-data-hit-ratio", "the block cache for data", "block.cache.data"),
            HitRatio("block-cache-index-hit-ratio", "the block cache for indexes", "block.cache.index"),
            HitRatio("block-cache-filter-hit-ratio", "the block cache for filters", "block.cache.filter"),
            .. Duration("memtable-flush-time", "flushes", "db.flush.micros"),
            .. Duration("compaction-time", "compactions", "compaction.times.micros"),
            Duration("write-stall-duration", "stalls of writes", "db.write.stall")[0],
            new("write-stall-duration-total", "us", "Time that writes were stalled", static (s, now) => s.Total("stall.micros", now)),
            new("number-file-errors-total", "{error}", "Errors of files", static (s, now) => s.Total("no.file.errors", now)),
        ]);

    public MetricFamily Family => Metrics;

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; } = [.. task.Tags, new("rocksdb-state-id", "all")];

    public void Roll(long now)
    {
        // Rolled by those who read.
    }

    private static MetricDefinition<RocksStatistics>[] Bytes(string name, string what, string ticker) =>
    [
        new(name + "-rate", "By/s", $"Bytes {what}, a second", (s, now) => s.Rate(ticker, now)),
        new(name + "-total", "By", $"Bytes {what}", (s, now) => s.Total(ticker, now)),
    ];

    private static MetricDefinition<RocksStatistics>[] Duration(string name, string what, string histogram) =>
    [
        new(name + "-avg", "us", $"Duration of {what}, on average since the opening", (s, now) => s.Mean(histogram, now)),
        new(name + "-max", "us", $"Duration of {what}, the longest since the opening", (s, now) => s.Total(histogram + " P100", now)),
    ];

    private static MetricDefinition<RocksStatistics> HitRatio(string name, string what, string tickers) =>
        new(name, "1", $"Share of reads that {what} answered", (s, now) => s.Ratio(tickers + ".hit", tickers + ".miss", now));

    private double? Total(string name, long now) => Latest(now).Values.TryGetValue(name, out var value) ? value : null;

    private double? Mean(string histogram, long now)
    {
        var values = Latest(now).Values;
        return values.TryGetValue(histogram + " SUM", out var sum) && values.TryGetValue(histogram, out var count)
            ? count == 0 ? double.NaN : sum / count
            : null;
    }

    private double? Rate(string ticker, long now) =>
        Since(ticker, now) is var (amount, seconds) ? amount / seconds : null;

    private double? Ratio(string hits, string misses, long now)
    {
        if (Since(hits, now) is not var (hit, _) || Since(misses, now) is not var (miss, _))
            return null;
        return hit + miss == 0 ? double.NaN : hit / (hit + miss);
    }

    private (double Amount, double Seconds)? Since(string ticker, long now)
    {
        var latest = Latest(now);
        if (!latest.Values.TryGetValue(ticker, out var value))
            return null;
        var oldest = _oldest;
        return (value - oldest.Values.GetValueOrDefault(ticker), Math.Max(1000, latest.Time - oldest.Time) / 1000.0);
    }

    private Sample Latest(long now)
    {
        lock (_lock)
        {
            if (now - _latest.Time < FreshMs)
                return _latest;
            _latest = new Sample(now, RocksDbStatistics.Parse(ReadText()));
            if (now - _current.Time >= Sensor.SampleMs)
                (_oldest, _current) = (_current, _latest);
            return _latest;
        }
    }

    private string? ReadText()
    {
        try
        {
            return read();
        }
        catch (ObjectDisposedException)
        {
            return null; // the task is closing
        }
    }

    private sealed record Sample(long Time, Dictionary<string, double> Values);
}

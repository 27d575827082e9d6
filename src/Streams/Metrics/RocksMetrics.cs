using MedStreams.RocksDb;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Metrics;

/// <summary>What RocksDB tells of one store's column family. Asked when it is observed, by any thread.</summary>
internal sealed class RocksMetrics(TaskMetrics task, StoreLayout layout, Func<string, long?> property, RocksDbCache cache)
    : IMetricSource
{
    public static MetricFamily<RocksMetrics> Metrics { get; } = new(
        "stream-state-metrics",
        [
            Property("num-immutable-mem-table", "Memory tables that wait to be flushed"),
            Property("cur-size-active-mem-table", "Bytes of the active memory table"),
            Property("cur-size-all-mem-tables", "Bytes of active and waiting memory tables"),
            Property("size-all-mem-tables", "Bytes of all memory tables, pinned ones included"),
            Property("num-entries-active-mem-table", "Entries of the active memory table"),
            Property("num-entries-imm-mem-tables", "Entries of memory tables that wait"),
            Property("num-deletes-active-mem-table", "Deletions in the active memory table"),
            Property("num-deletes-imm-mem-tables", "Deletions in memory tables that wait"),
            Property("mem-table-flush-pending", "1 where a flush waits to begin"),
            Property("num-running-flushes", "Flushes that are running"),
            Property("compaction-pending", "1 where a compaction waits to begin"),
            Property("num-running-compactions", "Compactions that are running"),
            Property("estimate-pending-compaction-bytes", "Bytes that compactions have still to rewrite, about"),
            Property("total-sst-files-size", "Bytes of all files"),
            Property("live-sst-files-size", "Bytes of the files that hold current data"),
            Property("num-live-versions", "Versions of the set of files that are in use"),
            Property("estimate-num-keys", "Keys, about"),
            Property("estimate-table-readers-mem", "Bytes that readers of files take, the block cache not included"),
            Property("background-errors", "Errors in the background since the opening"),
            new("block-cache-capacity", "By", "Bytes that the block cache of the instance may hold", static (s, _) => s.OfCache(static c => c.CapacityBytes)),
            new("block-cache-usage", "By", "Bytes that the block cache of the instance holds", static (s, _) => s.OfCache(static c => c.UsageBytes)),
            new("block-cache-pinned-usage", "By", "Bytes in the block cache of the instance that are in use", static (s, _) => s.OfCache(static c => c.PinnedBytes)),
        ]);

    public MetricFamily Family => Metrics;

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; } =
        [.. task.Tags, new(StoreMetrics.ScopeOf(layout) + "-state-id", layout.Name)];

    public void Roll(long now)
    {
        // Told as RocksDB has it.
    }

    private static MetricDefinition<RocksMetrics> Property(string name, string description) =>
        new(name, "", description, (s, _) => s.OfColumnFamily(name));

    // The task may be closing: then there is nothing to tell any more.
    private double? OfColumnFamily(string name)
    {
        try
        {
            return property("rocksdb." + name);
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    private double? OfCache(Func<RocksDbCache, long> read)
    {
        try
        {
            return read(cache);
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }
}

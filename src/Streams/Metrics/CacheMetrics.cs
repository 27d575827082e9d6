namespace MedStreams.Streams.Metrics;

/// <summary>
/// How many reads of a cached store found their key among what was written and is not yet in RocksDB: the share between two commits is one value.
/// Recorded by the task's thread.
/// </summary>
internal sealed class CacheMetrics(TaskMetrics task, string store) : IMetricSource
{
    private readonly Sensor _ratio = task.Thread.New();
    private long _hits;
    private long _reads;

    public static MetricFamily<CacheMetrics> Metrics { get; } = new(
        "stream-record-cache-metrics",
        [.. SensorMetrics.Spread<CacheMetrics>("hit-ratio", "1", "Share of reads that the cache answered", static s => s._ratio)]);

    public MetricFamily Family => Metrics;

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; } = [.. task.Tags, new("record-cache-id", store)];

    /// <summary>Takes what the store has counted since it was opened.</summary>
    public void Sample(long hits, long reads)
    {
        if (reads > _reads)
            _ratio.Record((hits - _hits) / (double)(reads - _reads));
        (_hits, _reads) = (hits, reads);
    }

    public void Roll(long now) => _ratio.Roll(now);
}

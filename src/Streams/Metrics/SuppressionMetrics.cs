namespace MedStreams.Streams.Metrics;

/// <summary>What a suppression holds back. Recorded by the task's thread.</summary>
internal sealed class SuppressionMetrics(TaskMetrics task, string store) : IMetricSource
{
    public static MetricFamily<SuppressionMetrics> Metrics { get; } = new(
        "stream-state-metrics",
        [
            .. SensorMetrics.Extremes<SuppressionMetrics>("suppression-buffer-count", "{record}", "Changes held back", static s => s.Records),
            .. SensorMetrics.Extremes<SuppressionMetrics>("suppression-buffer-size", "By", "Bytes of the changes held back", static s => s.Bytes),
        ]);

    public MetricFamily Family => Metrics;

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; } = [.. task.Tags, new("in-memory-suppression-state-id", store)];

    private Sensor Records { get; } = task.Thread.New();

    private Sensor Bytes { get; } = task.Thread.New();

    public void Record(int records, long bytes)
    {
        Records.Record(records);
        Bytes.Record(bytes);
    }

    public void Roll(long now)
    {
        Records.Roll(now);
        Bytes.Roll(now);
    }
}

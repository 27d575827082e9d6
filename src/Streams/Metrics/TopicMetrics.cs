namespace MedStreams.Streams.Metrics;

/// <summary>Records and bytes (of keys and values) that went through a node from or to a topic. Counted by one thread.</summary>
internal sealed class TopicCounter
{
    private long _records;
    private long _bytes;

    public long Records => Volatile.Read(ref _records);

    public long Bytes => Volatile.Read(ref _bytes);

    public void Add(int bytes)
    {
        _records++;
        _bytes += bytes;
    }
}

/// <summary>The metrics of a topic that a node reads or writes.</summary>
internal sealed class TopicMetrics(TaskMetrics task, string node, string topic, TopicCounter counter, bool isConsumed)
    : IMetricSource
{
    public static MetricFamily<TopicMetrics> Metrics { get; } = new(
        "stream-topic-metrics",
        new("records-consumed-total", "{record}", "Records read", static (s, _) => s.Consumed?.Records),
        new("bytes-consumed-total", "By", "Bytes of keys and values read", static (s, _) => s.Consumed?.Bytes),
        new("records-produced-total", "{record}", "Records written", static (s, _) => s.Produced?.Records),
        new("bytes-produced-total", "By", "Bytes of keys and values written", static (s, _) => s.Produced?.Bytes));

    public MetricFamily Family => Metrics;

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; } =
        [.. task.Tags, new("processor-node-id", node), new("topic", topic)];

    private TopicCounter? Consumed => isConsumed ? counter : null;

    private TopicCounter? Produced => isConsumed ? null : counter;

    public void Roll(long now)
    {
        // Totals only.
    }
}

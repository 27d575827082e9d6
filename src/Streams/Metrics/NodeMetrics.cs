namespace MedStreams.Streams.Metrics;

/// <summary>The metrics of one node of a task. Recorded by the task's thread.</summary>
internal sealed class NodeMetrics(TaskMetrics task, string node, Sensor processed) : IMetricSource
{
    public static MetricFamily<NodeMetrics> Metrics { get; } = new(
        "stream-processor-node-metrics",
        [
            .. SensorMetrics.Counted<NodeMetrics>("process", "records that the node took", static s => s.Processed),
            .. SensorMetrics.Spread<NodeMetrics>("record-e2e-latency", "ms", "From a record's time to its arrival at a source or a sink", static s => s.EndToEnd),
            .. SensorMetrics.Counted<NodeMetrics>("suppression-emit", "records that a suppression let go", static s => s.SuppressionEmit),
            .. SensorMetrics.Counted<NodeMetrics>("window-aggregate-final-emit", "results of closed windows", static s => s.FinalEmit),
            .. SensorMetrics.Timed<NodeMetrics>("async-call", "ms", "calls of an asynchronous node, from their start to the forwarding of their results", static s => s.Calls),
            .. SensorMetrics.Counted<NodeMetrics>("async-retry", "attempts of calls after the first one", static s => s.Retries),
            .. SensorMetrics.Counted<NodeMetrics>("async-exhausted", "calls that failed for good", static s => s.Exhausted),
            new("async-calls-in-flight", "{record}", "Records on their way through an asynchronous node", static (s, _) => s.CallsInFlight?.Invoke()),
            .. SensorMetrics.Extremes<NodeMetrics>("window-aggregate-final-emit-latency", "ms", "How long it took to tell the results of closed windows", static s => s.FinalEmitLatency),
        ]);

    public MetricFamily Family => Metrics;

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; } = [.. task.Tags, new("processor-node-id", node)];

    public TaskMetrics Task => task;

    /// <summary>Counts what the node takes.</summary>
    public Sensor Processed => processed;

    /// <summary>Milliseconds; null where the node neither reads nor writes a topic.</summary>
    public Sensor? EndToEnd { get; init; }

    public Sensor? SuppressionEmit { get; init; }

    public Sensor? FinalEmit { get; init; }

    /// <summary>Milliseconds.</summary>
    public Sensor? FinalEmitLatency { get; init; }

    /// <summary>Milliseconds; null where the node makes no calls.</summary>
    public Sensor? Calls { get; init; }

    public Sensor? Retries { get; init; }

    public Sensor? Exhausted { get; init; }

    /// <summary>Asked from any thread.</summary>
    public Func<int>? CallsInFlight { get; init; }

    /// <summary>A call that began at a point in time has ended.</summary>
    public void Called(long from, int attempts, bool isExhausted)
    {
        Calls?.Record(task.Thread.MillisecondsBetween(from, task.Thread.Timestamp()));
        if (attempts > 1)
            Retries?.Increment(attempts - 1);
        if (isExhausted)
            Exhausted?.Increment();
    }

    /// <summary>A record of that time is here.</summary>
    public void Arrived(long timestamp) => EndToEnd?.Record(task.Now - timestamp);

    /// <summary>The results of closed windows were told, from a point in time on.</summary>
    public void FinalEmitted(int results, long from)
    {
        FinalEmit?.Increment(results);
        FinalEmitLatency?.Record(task.Thread.MillisecondsBetween(from, task.Thread.Timestamp()));
    }

    public void AddTopic(string topic, TopicCounter counter, bool isConsumed) =>
        task.AddTopic(node, topic, counter, isConsumed);

    public void Roll(long now)
    {
        Processed.Roll(now);
        EndToEnd?.Roll(now);
        SuppressionEmit?.Roll(now);
        FinalEmit?.Roll(now);
        FinalEmitLatency?.Roll(now);
        Calls?.Roll(now);
        Retries?.Roll(now);
        Exhausted?.Roll(now);
    }
}

using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Metrics;

/// <summary>The metrics of one task, and those of its nodes, topics and stores. Times in nanoseconds. Recorded by the task's thread.</summary>
internal sealed class TaskMetrics : IMetricSource, IDisposable
{
    private readonly List<IMetricSource> _parts = [];

    public TaskMetrics(ThreadMetrics thread, TaskId task)
    {
        (Thread, Now) = (thread, thread.Registry.Now);
        (Process, Punctuate, Dropped, Enforced) = (thread.New(), thread.New(), thread.New(), thread.New());
        (Restore, Lateness) = (thread.New(), thread.New());
        Tags = [.. thread.Tags, new("task-id", task.ToString())];
        thread.Add(this);
    }

    public static MetricFamily<TaskMetrics> Metrics { get; } = new(
        "stream-task-metrics",
        [
            .. SensorMetrics.Timed<TaskMetrics>("process", "ns", "records processed, measured in batches", static s => s.Process),
            .. SensorMetrics.Timed<TaskMetrics>("punctuate", "ns", "punctuations", static s => s.Punctuate),
            .. SensorMetrics.Counted<TaskMetrics>("dropped-records", "records dropped: late, without key, refused", static s => s.Dropped),
            .. SensorMetrics.Counted<TaskMetrics>("enforced-processing", "times that the task went on although an input had no records", static s => s.Enforced),
            .. SensorMetrics.Counted<TaskMetrics>("restore", "records restored", static s => s.Restore),
            .. SensorMetrics.Extremes<TaskMetrics>("record-lateness", "ms", "How far records lie behind stream time", static s => s.Lateness),
            new("restore-remaining-records-total", "{record}", "Records that are still to be restored", static (s, _) => s.RestoreRemaining),
            new("active-buffer-count", "{record}", "Records that wait to be processed", static (s, _) => s.BufferedRecords()),
            new("cache-size-bytes-total", "By", "Bytes that the caches of the task hold back", static (s, _) => s.CachedBytes()),
            new("active-process-ratio", "1", "Share of its thread's processing that went to the task", static (s, now) => s.ProcessRatio(now)),
        ]);

    public ThreadMetrics Thread { get; }

    public MetricFamily Family => Metrics;

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; }

    /// <summary>One value for each record.</summary>
    public Sensor Process { get; }

    public Sensor Punctuate { get; }

    public Sensor Dropped { get; }

    public Sensor Enforced { get; }

    public Sensor Restore { get; }

    /// <summary>Milliseconds.</summary>
    public Sensor Lateness { get; }

    public long RestoreRemaining { get; set; }

    /// <summary>The wall clock in epoch milliseconds, as of the current batch of records.</summary>
    public long Now { get; set; }

    /// <summary>The time of the record that is being processed.</summary>
    public Func<long> RecordTime { get; set; } = static () => 0;

    /// <summary>Asked from any thread.</summary>
    public Func<long> BufferedRecords { get; set; } = static () => 0;

    /// <summary>Asked from any thread.</summary>
    public Func<long> CachedBytes { get; set; } = static () => 0;

    /// <summary>Takes a node in.</summary>
    /// <param name="node">The node.</param>
    /// <param name="isBoundary">Whether records come from or go to a topic here.</param>
    /// <param name="isSuppression">Whether it holds changes back.</param>
    /// <param name="isFinal">Whether it tells the results of windows once they are closed.</param>
    public NodeMetrics AddNode(ProcessorNode node, bool isBoundary = false, bool isSuppression = false, bool isFinal = false)
    {
        node.Processed.Restart(Thread.Registry.Now);
        return Add(new NodeMetrics(this, node.Name, node.Processed)
        {
            EndToEnd = isBoundary ? Thread.New() : null,
            SuppressionEmit = isSuppression ? Thread.New() : null,
            FinalEmit = isFinal ? Thread.New() : null,
            FinalEmitLatency = isFinal ? Thread.New() : null,
        });
    }

    /// <summary>Takes a node in that makes calls.</summary>
    /// <param name="node">The node.</param>
    /// <param name="inFlight">How many records are on their way; asked from any thread.</param>
    public NodeMetrics AddCallNode(ProcessorNode node, Func<int> inFlight)
    {
        node.Processed.Restart(Thread.Registry.Now);
        return Add(new NodeMetrics(this, node.Name, node.Processed)
        {
            Calls = Thread.New(),
            Retries = Thread.New(),
            Exhausted = Thread.New(),
            CallsInFlight = inFlight,
        });
    }

    public void AddTopic(string node, string topic, TopicCounter counter, bool isConsumed) =>
        Add(new TopicMetrics(this, node, topic, counter, isConsumed));

    /// <summary>Takes a part of this task in.</summary>
    public T Add<T>(T part)
        where T : IMetricSource
    {
        _parts.Add(part);
        Thread.Add(part);
        return part;
    }

    /// <summary>So many records took from one point in time to another.</summary>
    public void Processed(int records, long from, long to)
    {
        var milliseconds = Thread.MillisecondsBetween(from, to);
        Process.RecordMany(records, milliseconds * 1e6);
        Thread.Process.RecordMany(records, milliseconds);
    }

    /// <summary>A punctuation that began at a point in time and ends now.</summary>
    public void Punctuated(long from)
    {
        var milliseconds = Thread.MillisecondsBetween(from, Thread.Timestamp());
        Punctuate.Record(milliseconds * 1e6);
        Thread.Punctuate.Record(milliseconds);
    }

    public void Roll(long now)
    {
        foreach (var sensor in (ReadOnlySpan<Sensor>)[Process, Punctuate, Dropped, Enforced, Restore, Lateness])
            sensor.Roll(now);
    }

    /// <summary>The task is closed, and its metrics are gone.</summary>
    public void Dispose()
    {
        foreach (var part in _parts)
            Thread.Remove(part);
        _parts.Clear();
        Thread.Remove(this);
    }

    private double ProcessRatio(long now) =>
        Thread.Process.SumRate(now) is > 0 and var all ? Process.SumRate(now) / 1e6 / all : 0;
}

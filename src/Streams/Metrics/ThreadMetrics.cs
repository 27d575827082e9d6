namespace MedStreams.Streams.Metrics;

/// <summary>Where a stream thread is in its life; the numbers are Kafka Streams'.</summary>
internal enum StreamThreadState
{
    /// <summary>Made, not started.</summary>
    Created = 0,

    /// <summary>Not yet in the group.</summary>
    Starting = 1,

    /// <summary>Its partitions were taken from it; it joins again.</summary>
    PartitionsRevoked = 2,

    /// <summary>It has tasks, and not all of them take records.</summary>
    PartitionsAssigned = 3,

    /// <summary>All its tasks take records.</summary>
    Running = 4,

    /// <summary>It commits and leaves.</summary>
    PendingShutdown = 5,

    /// <summary>It has ended.</summary>
    Dead = 6,
}

/// <summary>The metrics of one stream thread, and those of its tasks. Times in milliseconds. Recorded by the thread.</summary>
internal sealed class ThreadMetrics : IMetricSource, IDisposable
{
    private readonly List<IMetricSource> _parts = [];
    private readonly double _ticksPerMs;
    private readonly TimeProvider _clock;
    private long _rolled;
    private long _blockedTicks;

    public ThreadMetrics(MetricsRegistry registry, TimeProvider clock, string processId, string threadId)
    {
        (Registry, _clock, ThreadId) = (registry, clock, threadId);
        _ticksPerMs = clock.TimestampFrequency / 1000.0;
        _rolled = StartTime = registry.Now;
        (Poll, PollRecords, Process, ProcessRecords) = (New(), New(), New(), New());
        (Punctuate, Commit, TaskCreated, TaskClosed) = (New(), New(), New(), New());
        (Tags, MoreTags) = ([new("thread-id", threadId)], [new("process-id", processId)]);
        registry.Add(this);
    }

    public static MetricFamily<ThreadMetrics> Metrics { get; } = new(
        "stream-thread-metrics",
        [
            .. SensorMetrics.Timed<ThreadMetrics>("commit", "ms", "commits", static s => s.Commit),
            .. SensorMetrics.Timed<ThreadMetrics>("poll", "ms", "polls, in which records are also deserialised", static s => s.Poll),
            .. SensorMetrics.Extremes<ThreadMetrics>("poll-records", "{record}", "Records of a poll", static s => s.PollRecords),
            .. SensorMetrics.Timed<ThreadMetrics>("process", "ms", "records processed, measured in batches", static s => s.Process),
            .. SensorMetrics.Extremes<ThreadMetrics>("process-records", "{record}", "Records processed between two polls", static s => s.ProcessRecords),
            .. SensorMetrics.Timed<ThreadMetrics>("punctuate", "ms", "punctuations", static s => s.Punctuate),
            .. SensorMetrics.Counted<ThreadMetrics>("task-created", "tasks created", static s => s.TaskCreated),
            .. SensorMetrics.Counted<ThreadMetrics>("task-closed", "tasks closed", static s => s.TaskClosed),
            Ratio("commit-ratio", "committing", static s => s.Commit),
            Ratio("poll-ratio", "polling", static s => s.Poll),
            Ratio("process-ratio", "processing", static s => s.Process),
            Ratio("punctuate-ratio", "punctuating", static s => s.Punctuate),
            new("blocked-time-ns-total", "ns", "Time that the thread waited for Kafka, in polls without records and in commits",
                static (s, _) => s._blockedTicks / s._ticksPerMs * 1e6),
            new("thread-start-time", "ms", "When the thread started, in epoch milliseconds", static (s, _) => s.StartTime),
            new("thread-state", "", "The state as Kafka Streams numbers it: 0 created, 1 starting, 2 partitions revoked, 3 partitions assigned, 4 running, 5 pending shutdown, 6 dead",
                static (s, _) => (int)s.State) { MoreTags = ["process-id"] },
            new("state", "", "The state's name", static (_, _) => null) { ReadText = static s => NameOf(s.State) },
        ]);

    public MetricsRegistry Registry { get; }

    public string ThreadId { get; }

    public MetricFamily Family => Metrics;

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; }

    public IReadOnlyList<KeyValuePair<string, string>> MoreTags { get; }

    public StreamThreadState State { get; set; } = StreamThreadState.Created;

    public long StartTime { get; }

    public Sensor Poll { get; }

    public Sensor PollRecords { get; }

    /// <summary>One value for each record.</summary>
    public Sensor Process { get; }

    public Sensor ProcessRecords { get; }

    public Sensor Punctuate { get; }

    public Sensor Commit { get; }

    public Sensor TaskCreated { get; }

    public Sensor TaskClosed { get; }

    /// <summary>Whether store operations are to be measured.</summary>
    public bool IsDebug => Registry.Level >= MetricsRecordingLevel.Debug;

    /// <summary>A point in time for the calls that follow.</summary>
    public long Timestamp() => _clock.GetTimestamp();

    public double MillisecondsBetween(long from, long to) => (to - from) / _ticksPerMs;

    /// <summary>A poll from one point in time to another.</summary>
    public void Polled(long from, long to, int records)
    {
        Poll.Record(MillisecondsBetween(from, to));
        PollRecords.Record(records);
        if (records == 0)
            _blockedTicks += to - from;
    }

    /// <summary>A commit that began at a point in time and ends now.</summary>
    public void Committed(long from)
    {
        var to = Timestamp();
        Commit.Record(MillisecondsBetween(from, to));
        _blockedTicks += to - from;
    }

    /// <summary>A sensor that this thread rolls.</summary>
    public Sensor New() => new(Registry.Now);

    /// <summary>Takes a part of this thread in.</summary>
    public void Add(IMetricSource part)
    {
        _parts.Add(part);
        Registry.Add(part);
    }

    public void Remove(IMetricSource part)
    {
        _parts.Remove(part);
        Registry.Remove(part);
    }

    /// <summary>To be called again and again: begins new samples where the current ones are over.</summary>
    public void Roll(long now)
    {
        if (now - _rolled < Sensor.SampleMs)
            return;
        _rolled = now;
        foreach (var sensor in (ReadOnlySpan<Sensor>)[Poll, PollRecords, Process, ProcessRecords, Punctuate, Commit, TaskCreated, TaskClosed])
            sensor.Roll(now);
        foreach (var part in _parts)
            part.Roll(now);
    }

    /// <summary>The thread is gone, and its metrics with it.</summary>
    public void Dispose()
    {
        foreach (var part in _parts)
            Registry.Remove(part);
        _parts.Clear();
        Registry.Remove(this);
    }

    private static MetricDefinition<ThreadMetrics> Ratio(string name, string what, Func<ThreadMetrics, Sensor> sensor) =>
        new(name, "1", $"Share of its time that the thread was {what}", (s, now) => sensor(s).SumRate(now) / 1000);

    /// <summary>As Kafka Streams writes it.</summary>
    public static string NameOf(StreamThreadState state) => state switch
    {
        StreamThreadState.Created => "CREATED",
        StreamThreadState.Starting => "STARTING",
        StreamThreadState.PartitionsRevoked => "PARTITIONS_REVOKED",
        StreamThreadState.PartitionsAssigned => "PARTITIONS_ASSIGNED",
        StreamThreadState.Running => "RUNNING",
        StreamThreadState.PendingShutdown => "PENDING_SHUTDOWN",
        _ => "DEAD",
    };
}

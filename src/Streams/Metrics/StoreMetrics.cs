using System.Diagnostics;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Metrics;

/// <summary>What can be done with a store.</summary>
internal enum StoreOperation
{
    Put,
    PutIfAbsent,
    Get,
    Delete,
    Fetch,
    Remove,
    All,
    Range,
    PrefixScan,
    Flush,
    Restore,
}

/// <summary>
/// The metrics of one store of a task. Times in nanoseconds. Operations and iterators are timed at the recording level DEBUG only. Recorded by the
/// task's thread.
/// </summary>
internal sealed class StoreMetrics : IMetricSource
{
    private static readonly double NanosecondsPerTick = 1e9 / Stopwatch.Frequency;
    private readonly Sensor?[] _operations = new Sensor?[Enum.GetValues<StoreOperation>().Length];
    private readonly TaskMetrics _task;
    private readonly List<long> _openIterators = [];
    private long _oldestIterator;
    private int _openCount;

    public StoreMetrics(TaskMetrics task, StoreLayout layout)
    {
        _task = task;
        foreach (var operation in OperationsOf(layout.Kind))
            _operations[(int)operation] = task.Thread.New();
        (IteratorDuration, EndToEnd) = (task.Thread.New(), task.Thread.New());
        IsTimed = task.Thread.IsDebug;
        Tags = [.. task.Tags, new(ScopeOf(layout) + "-state-id", layout.Name)];
    }

    public static MetricFamily<StoreMetrics> Metrics { get; } = new(
        "stream-state-metrics",
        [
            .. Operation("put", StoreOperation.Put),
            .. Operation("put-if-absent", StoreOperation.PutIfAbsent),
            .. Operation("get", StoreOperation.Get),
            .. Operation("delete", StoreOperation.Delete),
            .. Operation("fetch", StoreOperation.Fetch),
            .. Operation("remove", StoreOperation.Remove),
            .. Operation("all", StoreOperation.All),
            .. Operation("range", StoreOperation.Range),
            .. Operation("prefix-scan", StoreOperation.PrefixScan),
            .. Operation("flush", StoreOperation.Flush),
            .. Operation("restore", StoreOperation.Restore),
            .. SensorMetrics.Spread<StoreMetrics>("record-e2e-latency", "ms", "From a record's time to a put that it caused", static s => s.EndToEnd),
            .. SensorMetrics.Extremes<StoreMetrics>("iterator-duration", "ns", "From the opening of an iterator to its end", static s => s.IteratorDuration),
            new("num-open-iterators", "{iterator}", "Iterators that are open", static (s, _) => Volatile.Read(ref s._openCount)),
            new("oldest-iterator-open-since-ms", "ms", "When the oldest open iterator was opened, in epoch milliseconds; absent where none is open",
                static (s, _) => Volatile.Read(ref s._openCount) == 0 ? null : Volatile.Read(ref s._oldestIterator)),
        ]);

    public MetricFamily Family => Metrics;

    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; }

    /// <summary>Whether operations are timed.</summary>
    public bool IsTimed { get; }

    private Sensor IteratorDuration { get; }

    private Sensor EndToEnd { get; }

    /// <summary>Kafka Streams' name of a kind of store.</summary>
    public static string ScopeOf(StoreLayout layout) => (layout.Persistent ? "rocksdb" : "in-memory") + layout.Kind switch
    {
        StoreKind.Window => "-window",
        StoreKind.Session => "-session",
        _ => "",
    };

    public void Record(StoreOperation operation, long ticks)
    {
        _operations[(int)operation]?.Record(ticks * NanosecondsPerTick);
        if (operation == StoreOperation.Put)
            EndToEnd.Record(_task.Now - _task.RecordTime());
    }

    /// <summary>An iterator was opened; hand what this answers to <see cref="IteratorClosed"/>.</summary>
    public long IteratorOpened()
    {
        var now = Stopwatch.GetTimestamp();
        if (_openIterators.Count == 0)
            _oldestIterator = _task.Thread.Registry.Now;
        _openIterators.Add(now);
        _openCount = _openIterators.Count;
        return now;
    }

    public void IteratorClosed(long opened)
    {
        var now = Stopwatch.GetTimestamp();
        if (IsTimed)
            IteratorDuration.Record((now - opened) * NanosecondsPerTick);
        var wasOldest = _openIterators[0] == opened;
        _openIterators.Remove(opened);
        if (wasOldest && _openIterators.Count > 0)
            _oldestIterator = _task.Thread.Registry.Now - (long)((now - _openIterators[0]) * NanosecondsPerTick / 1e6);
        _openCount = _openIterators.Count;
    }

    public void Roll(long now)
    {
        foreach (var sensor in _operations)
            sensor?.Roll(now);
        IteratorDuration.Roll(now);
        EndToEnd.Roll(now);
    }

    private static IReadOnlyList<StoreOperation> OperationsOf(StoreKind kind) => kind switch
    {
        StoreKind.Window => [StoreOperation.Put, StoreOperation.Fetch, StoreOperation.Flush, StoreOperation.Restore],
        StoreKind.Session => [StoreOperation.Put, StoreOperation.Fetch, StoreOperation.Remove, StoreOperation.Flush, StoreOperation.Restore],
        _ => [.. Enum.GetValues<StoreOperation>().Except([StoreOperation.Fetch, StoreOperation.Remove])],
    };

    private static MetricDefinition<StoreMetrics>[] Operation(string name, StoreOperation operation) =>
        SensorMetrics.Rated<StoreMetrics>(name, "ns", $"operations {name}", s => s._operations[(int)operation]);
}

/// <summary>Times one operation of a store from its making to its end, where that is wanted.</summary>
internal readonly ref struct StoreTimer
{
    private readonly StoreMetrics? _metrics;
    private readonly StoreOperation _operation;
    private readonly long _start;

    /// <summary>The operation begins.</summary>
    /// <param name="metrics">Null or without timing: measures nothing.</param>
    /// <param name="operation">What begins.</param>
    public StoreTimer(StoreMetrics? metrics, StoreOperation operation)
    {
        if (metrics is not { IsTimed: true })
            return;
        (_metrics, _operation, _start) = (metrics, operation, Stopwatch.GetTimestamp());
    }

    public void Dispose() => _metrics?.Record(_operation, Stopwatch.GetTimestamp() - _start);
}

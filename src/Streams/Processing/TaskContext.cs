using MedStreams.Streams.Async;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Processing;

/// <summary>
/// What all nodes of one task share: where it stands in its input, its clocks, its stores and the way out. Owned by the
/// task's thread.
/// </summary>
internal sealed class TaskContext(
    string applicationId,
    TaskId taskId,
    TimeProvider clock,
    IRecordCollector collector,
    IReadOnlySet<string> internalTopics)
{
    private readonly Dictionary<string, IStateStore> _stores = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IStateStore> _globals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _topics = new(StringComparer.Ordinal);

    public string ApplicationId { get; } = applicationId;

    public TaskId TaskId { get; } = taskId;

    public TimeProvider Clock { get; } = clock;

    public IRecordCollector Collector { get; } = collector;

    /// <summary>
    /// Whether stores hold exactly what the committed offsets say. At least once they may be ahead after a crash: records come again whose
    /// time they have seen.
    /// </summary>
    public bool IsStateExact { get; init; } = true;

    /// <summary>The record being processed; its <c>Topic</c> is null inside a punctuator.</summary>
    public RecordMetadata Current { get; set; }

    /// <summary>The headers of the record being processed; those of a cached record while its cache is flushed.</summary>
    public Headers CurrentHeaders { get; set; } = Headers.Empty;

    /// <summary>The timestamp of the record being processed, which stores and their changelogs use.</summary>
    public long CurrentTimestamp { get; set; }

    /// <summary>The largest timestamp seen; -1 before the first record.</summary>
    public long StreamTime { get; private set; } = -1;

    /// <summary>Set when a processor asked for a commit; the task clears it.</summary>
    public bool CommitRequested { get; set; }

    /// <summary>Where the stores keep their bytes; set by <see cref="TaskState.OpenStores"/>.</summary>
    public TaskState? State { get; set; }

    /// <summary>The stores that every instance keeps whole; null where there are none.</summary>
    public GlobalStores? Globals { get; init; }

    /// <summary>What the caches of the thread may hold back; its tasks share one.</summary>
    public CacheBudget Cache { get; init; } = new(10 << 20);

    /// <summary>What the asynchronous nodes of the thread's tasks share.</summary>
    public CallRules Calls { get; init; } = new();

    /// <summary>What is measured of this task; null in the test driver.</summary>
    public TaskMetrics? Metrics { get; init; }

    /// <summary>Punctuators of this task.</summary>
    public PunctuationSchedule Punctuations { get; } = new();

    public IEnumerable<IStateStore> Stores => _stores.Values;

    public long SystemTime => Clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The full name of a topic: internal ones carry the application id in front.</summary>
    public string ResolveTopic(string topic)
    {
        if (!_topics.TryGetValue(topic, out var resolved))
            _topics.Add(topic, resolved = internalTopics.Contains(topic) ? $"{ApplicationId}-{topic}" : topic);
        return resolved;
    }

    public void AdvanceStreamTime(long timestamp) => StreamTime = Math.Max(StreamTime, timestamp);

    /// <summary>A record is dropped: late, without key, or of no use otherwise.</summary>
    public void CountDropped() => Metrics?.Dropped.Increment();

    public void Register(IStateStore store) => _stores.Add(store.Name, store);

    /// <summary>A store of the task's own, or a global one.</summary>
    public IStateStore? Store(string name) => _stores.GetValueOrDefault(name) ?? GlobalStore(name);

    /// <summary>A global store, as this task may use it: to read.</summary>
    public IStateStore? GlobalStore(string name)
    {
        if (!_globals.TryGetValue(name, out var store) && (store = Globals?.Open(name, this)) is not null)
            _globals.Add(name, store);
        return store;
    }
}

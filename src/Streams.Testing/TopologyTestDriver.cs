using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Testing;

/// <summary>
/// Runs a topology without a broker, record by record and on a clock that the test moves. Tasks, stores and serdes are the
/// engine's own; each topic has one partition, so each sub-topology has one task. After each record the driver commits,
/// which flushes caches and lets asynchronous calls end, then pipes what went to internal topics on until nothing waits. Not safe for use by several threads.
/// </summary>
public sealed class TopologyTestDriver : IDisposable
{
    private readonly ManualClock _clock;
    private readonly CapturingCollector _collector = new();
    private readonly List<DriverTask> _tasks = [];
    private readonly JavaHeap<(DriverTask Task, int Input)> _waiting = new(static (one, other) =>
        one.Task.HeadTimestamp(one.Input).CompareTo(other.Task.HeadTimestamp(other.Input)));

    private readonly Dictionary<string, long> _offsets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Queue<CapturedRecord>> _outputs = new(StringComparer.Ordinal);
    private readonly List<RejectedRecord> _rejected = [];
    private readonly DriverErrors _errors;
    private readonly StateDirectory? _directory;
    private bool _isDisposed;

    /// <summary>A driver whose tasks are initialised and whose sinks have claimed their partitions.</summary>
    /// <param name="topology">The topology to run.</param>
    /// <param name="options">Null for the defaults.</param>
    public TopologyTestDriver(Topology topology, TopologyTestDriverOptions? options = null)
    {
        options ??= new TopologyTestDriverOptions();
        _clock = new ManualClock(options.WallClockStart);
        var calls = new DriverCalls(_clock, options.CallPatience);
        var internalTopics = topology.RepartitionTopics.Keys.ToHashSet(StringComparer.Ordinal);
        _errors = new DriverErrors(options, _collector);
        if (options.StateDirectory is { } path)
            _directory = StateDirectory.Open(path, options.ApplicationId, new StateSettings(), _clock);
        var subtopologies = topology.Split();
        GlobalStores? globals = null;
        if (Subtopology.GlobalOf(subtopologies) is { } global)
        {
            Add(global, TaskId.Global);
            globals = _tasks[0].AsGlobal();
        }

        foreach (var subtopology in subtopologies.Where(s => !s.IsGlobal))
            Add(subtopology, new TaskId(subtopology.Id, 0));

        void Add(Subtopology subtopology, TaskId task)
        {
            var context = new TaskContext(options.ApplicationId, task, _clock, _collector, internalTopics)
            {
                Globals = globals,
                Calls = calls.Rules,
            };
            _tasks.Add(new DriverTask(context, subtopology, _errors, _directory, calls));
        }

        Settle();
    }

    /// <summary>The wall clock.</summary>
    public DateTimeOffset WallClock => _clock.GetUtcNow();

    /// <summary>All topics that were written to so far, repartition and changelog topics included, under their full names.</summary>
    public IReadOnlySet<string> ProducedTopicNames => _outputs.Keys.ToHashSet(StringComparer.Ordinal);

    /// <summary>The largest time of a record that a task has seen, in epoch milliseconds; -1 before the first.</summary>
    public long StreamTimeMs => _tasks.Select(t => t.Context.StreamTime).DefaultIfEmpty(-1).Max();

    /// <summary>All stores of the topology by name.</summary>
    public IReadOnlyDictionary<string, IStateStore> StateStores =>
        _tasks.SelectMany(t => t.Context.Stores).DistinctBy(s => s.Name).ToDictionary(s => s.Name, StringComparer.Ordinal);

    /// <summary>The records that sinks refused so far.</summary>
    public IReadOnlyList<RejectedRecord> RejectedRecords => _rejected;

    /// <summary>A way to pipe records into a topic that the topology reads.</summary>
    /// <param name="topic">The topic; an internal one under its full name.</param>
    /// <param name="keySerde">Writes keys; null for the built-in serde of the type.</param>
    /// <param name="valueSerde">Writes values; null for the built-in serde of the type.</param>
    /// <param name="start">Time of records that are piped without one; null for what the wall clock shows now.</param>
    /// <param name="autoAdvance">By how much that time moves on with each such record; zero by default.</param>
    /// <exception cref="TopologyException">A serde is missing.</exception>
    public TestInputTopic<TKey, TValue> CreateInputTopic<TKey, TValue>(
        string topic,
        ISerde<TKey>? keySerde = null,
        ISerde<TValue>? valueSerde = null,
        DateTimeOffset? start = null,
        TimeSpan autoAdvance = default) =>
        new(this, topic, TopicSerdes<TKey, TValue>.Of(topic, keySerde, valueSerde), start ?? WallClock, autoAdvance);

    /// <summary>A view of what the topology writes to a topic.</summary>
    /// <param name="topic">The topic; an internal one under its full name.</param>
    /// <param name="keySerde">Reads keys; null for the built-in serde of the type.</param>
    /// <param name="valueSerde">Reads values; null for the built-in serde of the type.</param>
    /// <exception cref="TopologyException">A serde is missing.</exception>
    public TestOutputTopic<TKey, TValue> CreateOutputTopic<TKey, TValue>(
        string topic, ISerde<TKey>? keySerde = null, ISerde<TValue>? valueSerde = null) =>
        new(this, topic, TopicSerdes<TKey, TValue>.Of(topic, keySerde, valueSerde));

    /// <summary>Moves the wall clock on, fires what is due by it, once each, and processes what comes of it.</summary>
    public void AdvanceWallClockTime(TimeSpan by)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        _clock.Advance(by);
        foreach (var task in _tasks)
        {
            task.PunctuateWallClock();
            Commit(task);
        }

        Settle();
    }

    /// <summary>A store of the topology as the state interface that it implements.</summary>
    /// <exception cref="StreamsException">There is no store of that name, or it is of another type.</exception>
    public TStore GetStore<TStore>(string name)
        where TStore : class
    {
        foreach (var task in _tasks)
        {
            if (task.Context.Store(name) is { } store)
            {
                return store as TStore ?? throw new StreamsException(
                    $"The store {name} is a {store.GetType().Name}, not a {typeof(TStore).Name}.");
            }
        }

        throw new StreamsException($"The topology has no store named {name}.");
    }

    /// <summary>A key-value store.</summary>
    /// <exception cref="StreamsException">There is no such store, or it is of another type.</exception>
    public IKeyValueStore<TKey, TValue> GetKeyValueStore<TKey, TValue>(string name) =>
        GetStore<IKeyValueStore<TKey, TValue>>(name);

    /// <summary>The store of a table.</summary>
    /// <exception cref="StreamsException">There is no such store, or it is of another type.</exception>
    public ITimestampedKeyValueStore<TKey, TValue> GetTimestampedKeyValueStore<TKey, TValue>(string name) =>
        GetStore<ITimestampedKeyValueStore<TKey, TValue>>(name);

    /// <summary>A versioned store, as tables with a history have it.</summary>
    /// <exception cref="StreamsException">There is no such store, or it is of another type.</exception>
    public IVersionedKeyValueStore<TKey, TValue> GetVersionedKeyValueStore<TKey, TValue>(string name) =>
        GetStore<IVersionedKeyValueStore<TKey, TValue>>(name);

    /// <summary>A window store.</summary>
    /// <exception cref="StreamsException">There is no such store, or it is of another type.</exception>
    public IWindowStore<TKey, TValue> GetWindowStore<TKey, TValue>(string name) =>
        GetStore<IWindowStore<TKey, TValue>>(name);

    /// <summary>The store of a table of windows.</summary>
    /// <exception cref="StreamsException">There is no such store, or it is of another type.</exception>
    public ITimestampedWindowStore<TKey, TValue> GetTimestampedWindowStore<TKey, TValue>(string name) =>
        GetStore<ITimestampedWindowStore<TKey, TValue>>(name);

    /// <summary>A session store.</summary>
    /// <exception cref="StreamsException">There is no such store, or it is of another type.</exception>
    public ISessionStore<TKey, TAggregate> GetSessionStore<TKey, TAggregate>(string name) =>
        GetStore<ISessionStore<TKey, TAggregate>>(name);

    /// <summary>Closes tasks and stores and gives the claims of sinks back.</summary>
    public void Dispose()
    {
        // What the others read of global stores goes last.
        foreach (var task in Enumerable.Reverse(_tasks))
            task.Dispose();
        _tasks.Clear();
        _directory?.Dispose();
        _isDisposed = true;
    }

    internal void Pipe(CapturedRecord record)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_tasks.Exists(t => t.Reads(record.Topic)))
        {
            throw new StreamsException(
                $"The topology does not read {record.Topic}. It reads {string.Join(", ", _tasks.SelectMany(t => t.InputTopics).Order())}.");
        }

        Enqueue(record);
        Settle();
    }

    /// <summary>The time by which a store of windows or sessions expires; -1 where nothing was put.</summary>
    internal long StoreTime(string store) =>
        _tasks.First(t => t.Context.Store(store) is not null).Context.State!.Bytes(store).StreamTime;

    /// <summary>Drops what was written and not read.</summary>
    internal void ForgetOutputs()
    {
        foreach (var queue in _outputs.Values)
            queue.Clear();
    }

    internal Queue<CapturedRecord>? Outputs(string topic) => _outputs.GetValueOrDefault(topic);

    /// <summary>
    /// Processes until nothing waits: of all topics with records the one whose next record is oldest goes first. Equal times go in the
    /// order in which Kafka's test driver takes them, usually that in which topics began to have records.
    /// </summary>
    private void Settle()
    {
        Capture();
        while (_waiting.Count > 0)
        {
            var (task, input) = _waiting.Take();
            task.Process(input);
            if (task.HasRecords(input))
                _waiting.Add((task, input));
            Commit(task);
            Capture();
        }
    }

    private void Commit(DriverTask task) =>
        task.Commit((records, _) =>
        {
            _rejected.AddRange(records);
            return ValueTask.CompletedTask;
        });

    private void Capture()
    {
        foreach (var record in _collector.Take())
        {
            if (!_outputs.TryGetValue(record.Topic, out var queue))
                _outputs.Add(record.Topic, queue = new Queue<CapturedRecord>());
            queue.Enqueue(record);
            if (_tasks.Exists(t => t.Reads(record.Topic)))
                Enqueue(record);
        }
    }

    private void Enqueue(CapturedRecord record)
    {
        var offset = _offsets.GetValueOrDefault(record.Topic);
        _offsets[record.Topic] = offset + 1;
        var raw = new RawRecord
        {
            Key = record.Key,
            HasKey = record.Key is not null,
            Value = record.Value,
            HasValue = record.Value is not null,
            Metadata = new RecordMetadata(record.Topic, 0, offset),
            Timestamp = record.Timestamp,
            Headers = record.Headers,
        };
        _errors.Remember(raw.Metadata, record);
        foreach (var task in _tasks)
        {
            if (task.Add(record.Topic, raw) is { } input)
                _waiting.Add((task, input));
        }
    }
}

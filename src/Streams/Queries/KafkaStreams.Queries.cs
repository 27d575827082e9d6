using System.Buffers;
using MedStreams.Streams.Graph;
using MedStreams.Streams.Queries;
using MedStreams.Streams.State;

namespace MedStreams.Streams;

/// <content>Questions to the stores, and where they are answered.</content>
public sealed partial class KafkaStreams
{
    private ChangelogEnds? _changelogEnds;

    /// <summary>
    /// Asks the partitions of a store that this instance has. What is committed is seen, and nothing that may still be undone: results are as old as the last
    /// commit. A global store answers as partition -1. May be called from any thread while the instance runs.
    /// </summary>
    /// <exception cref="InvalidStateStoreException">The store does not exist, or the instance is not running at all.</exception>
    /// <exception cref="ArgumentException">The query's own limits do not hold.</exception>
    public StateQueryResult<TResult> Query<TResult>(StateQueryRequest<TResult> request)
    {
        var (subtopology, partitions) = KnownStore(request.StoreName);
        var here = _states!.Queries.TasksOf(request.StoreName);
        var results = new SortedDictionary<int, QueryResult<TResult>>();
        foreach (var partition in request.Partitions ?? [.. here.Keys])
        {
            var exists = subtopology.IsGlobal ? partition == TaskId.Global.Partition : partition >= 0 && partition < partitions;
            results.Add(partition, exists
                ? Ask(request, partition, here.GetValueOrDefault(partition))
                : Failed<TResult>(QueryFailure.DoesNotExist, $"The store {request.StoreName} has {partitions} partitions."));
        }

        return new StateQueryResult<TResult>(results);
    }

    /// <summary>
    /// The partitions of a store that this instance has, as one store that can be read. What is committed is seen. The answer stays valid over
    /// rebalances: it asks what is here at each call.
    /// </summary>
    /// <exception cref="InvalidStateStoreException">The store does not exist, or nothing of it is here; the reason says whether to ask again.</exception>
    public TStore Store<TStore>(StoreQueryParameters<TStore> parameters)
        where TStore : class
    {
        LocalTasks(parameters);
        return parameters.StoreType.Create(new LocalStore(parameters.StoreName, () => LocalTasks(parameters)));
    }

    /// <summary>Who has the partition that Kafka's default partitioner gives a key.</summary>
    /// <param name="storeName">The store's name.</param>
    /// <param name="key">The key.</param>
    /// <param name="keySerde">Writes the key as the records' producer does.</param>
    /// <exception cref="InvalidStateStoreException">The store does not exist, or the instance is not started.</exception>
    public KeyQueryMetadata QueryMetadataForKey<TKey>(string storeName, TKey key, ISerde<TKey> keySerde)
    {
        var (subtopology, partitions) = KnownStore(storeName);
        if (subtopology.IsGlobal)
            return MetadataOf(subtopology, TaskId.Global.Partition);
        var bytes = new ArrayBufferWriter<byte>();
        keySerde.Serialize(key, bytes, new SerdeContext(InputOf(subtopology), IsKey: true, Headers.Empty));
        return MetadataOf(subtopology, Murmur2.PartitionOf(bytes.WrittenSpan, partitions));
    }

    /// <summary>Who has the partition that a partitioner gives a key.</summary>
    /// <exception cref="InvalidStateStoreException">The store does not exist, or the instance is not started.</exception>
    /// <exception cref="StreamsException">The partitioner answers null, or no partition of the store.</exception>
    public KeyQueryMetadata QueryMetadataForKey<TKey, TValue>(
        string storeName, TKey key, StreamPartitioner<TKey, TValue?> partitioner)
    {
        var (subtopology, partitions) = KnownStore(storeName);
        if (subtopology.IsGlobal)
            return MetadataOf(subtopology, TaskId.Global.Partition);
        var partition = partitioner(InputOf(subtopology), key, default, partitions);
        return partition is { } known && known >= 0 && known < partitions
            ? MetadataOf(subtopology, known)
            : throw new StreamsException($"The partitioner chose partition {partition?.ToString() ?? "none"} of {partitions} for the store {storeName}.");
    }

    /// <summary>All instances of the application that say where they answer, with what they have.</summary>
    public IReadOnlyCollection<StreamsMetadata> MetadataForAllStreamsClients()
    {
        ThrowIfNotRunning();
        var tasks = _topics!.Placement.Tasks;
        var hosts = tasks.Values.SelectMany(p => p.Standbys.Prepend(p.Active)).Where(h => h.IsAvailable).Distinct();
        return
        [
            .. hosts.Select(host =>
            {
                var active = tasks.Where(t => t.Value.Active == host).Select(t => t.Key).ToList();
                var standby = tasks.Where(t => t.Value.Standbys.Contains(host)).Select(t => t.Key).ToList();
                return new StreamsMetadata(host, StoresOf(active), InputsOf(active), StoresOf(standby), InputsOf(standby));
            }),
        ];
    }

    /// <summary>The instances that have partitions of a store.</summary>
    /// <exception cref="InvalidStateStoreException">The store does not exist, or the instance is not started.</exception>
    public IReadOnlyCollection<StreamsMetadata> StreamsMetadataForStore(string storeName)
    {
        KnownStore(storeName);
        return [.. MetadataForAllStreamsClients().Where(m => m.StateStoreNames.Contains(storeName) || m.StandbyStateStoreNames.Contains(storeName))];
    }

    /// <summary>How far each partition of each store here is behind its changelog; asks the broker for the ends.</summary>
    /// <returns>By store, then by partition. Stores without a changelog of their own are missing.</returns>
    /// <exception cref="InvalidStateStoreException">The instance is not started.</exception>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<int, LagInfo>> AllLocalStorePartitionLags()
    {
        ThrowIfNotRunning();
        var lags = new SortedDictionary<string, IReadOnlyDictionary<int, LagInfo>>(StringComparer.Ordinal);
        foreach (var store in _topics!.Subtopologies.SelectMany(s => s.Stores).Select(s => s.Name).Distinct(StringComparer.Ordinal))
        {
            var partitions = new SortedDictionary<int, LagInfo>();
            foreach (var (partition, task) in _states!.Queries.TasksOf(store))
            {
                if (LagOf(task, store, TimeSpan.Zero) is { } lag)
                    partitions.Add(partition, lag);
            }

            if (partitions.Count > 0)
                lags.Add(store, partitions);
        }

        return lags;
    }

    /// <summary>The sub-topology of a store, and its partitions.</summary>
    internal (Subtopology Subtopology, int Partitions) KnownStore(string name)
    {
        ThrowIfNotRunning();
        var subtopology = _topics!.Subtopologies.FirstOrDefault(s => s.Stores.Any(d => d.Name == name))
            ?? throw new InvalidStateStoreException(
                InvalidStateStoreReason.UnknownStore, $"The topology has no store named {name}.");
        return (subtopology, _topics.Latest.Tasks.Count(t => t.Subtopology == subtopology.Id));
    }

    internal KeyQueryMetadata MetadataOf(Subtopology subtopology, int partition)
    {
        if (subtopology.IsGlobal)
            return new KeyQueryMetadata(HostInfo.OfMember(_config.ApplicationServer), [], partition);
        var placement = _topics!.Placement.Tasks.GetValueOrDefault(new TaskId(subtopology.Id, partition), TaskPlacement.Nobody);
        return new KeyQueryMetadata(placement.Active, placement.Standbys, partition);
    }

    /// <summary>The task that has a partition of a store here; null where it is elsewhere.</summary>
    internal QueryableTask? LocalTask(string store, int partition) =>
        _states?.Queries.TasksOf(store).GetValueOrDefault(partition);

    /// <summary>The partitions of a store that are here.</summary>
    internal IEnumerable<QueryableTask> LocalTasks(string store) => _states?.Queries.TasksOf(store).Values ?? [];

    /// <summary>The names of the engine's stores.</summary>
    internal IEnumerable<string> KnownStores()
    {
        ThrowIfNotRunning();
        return _topics!.Subtopologies.SelectMany(s => s.Stores).Where(s => s.Builder is IEngineStoreBuilder).Select(s => s.Name)
            .Distinct(StringComparer.Ordinal);
    }

    /// <summary>A store of the same types without content, whose serdes are told the topic that its keys come from.</summary>
    internal QueryableStore EmptyStore(string name)
    {
        var (subtopology, _) = KnownStore(name);
        var builder = (IEngineStoreBuilder)subtopology.Stores.First(s => s.Name == name).Builder;
        return new QueryableStore(builder, new StoreBytes(builder.Layout, new MemoryBytes()), InputOf(subtopology), null);
    }

    /// <summary>How far a task is behind with a store; null where it has no changelog or the broker does not tell.</summary>
    /// <param name="task">The task.</param>
    /// <param name="store">The store.</param>
    /// <param name="maxAge">How old the answer may be.</param>
    internal LagInfo? LagOf(QueryableTask task, string store, TimeSpan maxAge)
    {
        if (task.ChangelogOf(store) is not { } changelog || Ends().TryEnd(changelog, maxAge) is not { } end)
            return null;
        return new LagInfo(task.ChangelogPositions.GetValueOrDefault(store) ?? 0, end);
    }

    private string InputOf(Subtopology subtopology) => _topics!.Latest.Subtopologies[subtopology.Id].SourceTopics.First();

    private QueryResult<TResult> Ask<TResult>(
        StateQueryRequest<TResult> request, int partition, QueryableTask? task)
    {
        if (task is null)
            return Failed<TResult>(QueryFailure.NotPresent, $"Partition {partition} of the store {request.StoreName} is not here.");
        if (request.RequireActive && !task.IsActive)
            return Failed<TResult>(QueryFailure.NotActive, $"The task {task.TaskId} does not take records here.");
        var position = task.Position;
        if (!position.Covers(request.PositionBound.Position) || (position == Position.Empty && request.PositionBound.Position != Position.Empty))
            return Failed<TResult>(QueryFailure.NotUpToBound, $"The store {request.StoreName} stands at {position}.");
        return Run(request, task, position);
    }

    private QueryResult<TResult> Run<TResult>(StateQueryRequest<TResult> request, QueryableTask task, Position position)
    {
        var answer = default(TResult);
        try
        {
            if (request.Query is not IStoreQuery<TResult> query)
                return Failed<TResult>(QueryFailure.UnknownQueryType, $"{request.Query.GetType().Name} is no query of the engine's.");
            if (!task.TryAsk(request.StoreName, view => query.TryRun(view, out answer), out var fits))
                return Failed<TResult>(QueryFailure.NotPresent, $"The task {task.TaskId} is leaving.");
            if (!fits)
            {
                return Failed<TResult>(
                    QueryFailure.UnknownQueryType, $"The store {request.StoreName} is of another kind than {request.Query.GetType().Name}, or holds other types.");
            }
        }
        catch (Exception e) when (e is StreamsException or ObjectDisposedException)
        {
            return Failed<TResult>(QueryFailure.StoreException, e.Message);
        }

        return new QueryResult<TResult>
        {
            Result = answer,
            Position = position,
            IsActive = task.IsActive,
            Lag = task.IsActive ? null : LagOf(task, request.StoreName, ChangelogEnds.UsualAge)?.OffsetLag,
        };
    }

    private static QueryResult<TResult> Failed<TResult>(QueryFailure failure, string message) =>
        new() { Failure = failure, FailureMessage = message };

    private List<QueryableTask> LocalTasks<TStore>(StoreQueryParameters<TStore> parameters)
        where TStore : class
    {
        var (subtopology, partitions) = KnownStore(parameters.StoreName);
        if (parameters.Partition is { } wanted && !subtopology.IsGlobal && (wanted < 0 || wanted >= partitions))
        {
            throw new InvalidStateStoreException(
                InvalidStateStoreReason.UnknownPartition, $"The store {parameters.StoreName} has {partitions} partitions, and no {wanted}.");
        }

        var here = _states!.Queries.TasksOf(parameters.StoreName).Values
            .Where(t => (parameters.Partition is null || subtopology.IsGlobal || t.TaskId.Partition == parameters.Partition)
                && (t.IsActive || parameters.StaleStoresEnabled))
            .ToList();
        if (here.Count > 0)
            return here;
        throw State == KafkaStreamsState.Rebalancing
            ? new InvalidStateStoreException(
                InvalidStateStoreReason.Rebalancing, $"The store {parameters.StoreName} cannot be asked while tasks are given out or restored: ask again soon.")
            : new InvalidStateStoreException(
                InvalidStateStoreReason.Migrated, $"Another instance has the partitions of the store {parameters.StoreName}: the metadata names it.");
    }

    private IReadOnlyCollection<string> StoresOf(IEnumerable<TaskId> tasks) =>
        [.. tasks.Select(t => t.Subtopology).Distinct().SelectMany(s => _topics!.Latest.Subtopologies[s].Stores).Select(s => s.Name).Distinct()];

    private IReadOnlyCollection<TopicPartition> InputsOf(IEnumerable<TaskId> tasks)
    {
        var topics = _topics!.Latest;
        return
        [
            .. tasks.SelectMany(t => topics.InputsOf(topics.Subtopologies[t.Subtopology], t.Partition))
                .Select(i => i with { Topic = topics.FullName(i.Topic) }),
        ];
    }

    private ChangelogEnds Ends()
    {
        lock (_lock)
            return _changelogEnds ??= new ChangelogEnds(_admin!, _config.Clock);
    }

    private void ThrowIfNotRunning()
    {
        if (_topics is not null && _states is not null && !_ended.Task.IsCompleted)
            return;
        throw _ended.Task.IsCompleted
            ? new InvalidStateStoreException(InvalidStateStoreReason.NotAvailable, "The instance has stopped.")
            : new InvalidStateStoreException(InvalidStateStoreReason.NotStarted, "The instance is not started.");
    }
}

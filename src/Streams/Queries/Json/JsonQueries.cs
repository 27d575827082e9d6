using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Json;
using MedStreams.Streams.Queries;
using MedStreams.Streams.State;

namespace MedStreams.Streams;

/// <summary>What came of a JSON query on one partition.</summary>
public enum JsonQueryOutcome
{
    /// <summary>There is an answer.</summary>
    Answered,

    /// <summary>The key has no value.</summary>
    NoValue,

    /// <summary>The partition is not here, or only a standby is and the query wants no stale answer.</summary>
    NotHere,

    /// <summary>The partition has not reached the offsets that the query wants.</summary>
    NotUpToBound,

    /// <summary>There is no such partition.</summary>
    NoPartition,

    /// <summary>The store could not be read.</summary>
    StoreFailed,
}

/// <summary>The answer of one partition.</summary>
/// <param name="Outcome">What came of it.</param>
/// <param name="Body">A JSON object where there is an answer or a key has no value; else empty.</param>
public readonly record struct JsonQueryAnswer(JsonQueryOutcome Outcome, ReadOnlyMemory<byte> Body);

/// <summary>A store that can be asked.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">key-value, timestamped-key-value, versioned, window, timestamped-window or session.</param>
/// <param name="KeyType">The type of its keys.</param>
/// <param name="ValueType">The type of its values.</param>
/// <param name="Partitions">How many partitions it has; 0 for a global store.</param>
/// <param name="Local">The partitions that are here.</param>
public sealed record JsonStoreInfo(
    string Name, string Kind, string KeyType, string ValueType, int Partitions, IReadOnlyList<JsonPartitionInfo> Local);

/// <summary>A partition of a store that is here.</summary>
/// <param name="Partition">The partition; -1 for a global store.</param>
/// <param name="IsActive">Whether its task takes records; else it is a standby or is being restored.</param>
/// <param name="Lag">Changelog records that it is behind, where it is not active and the broker told.</param>
/// <param name="Position">The input offsets that are part of it, by topic-partition.</param>
public sealed record JsonPartitionInfo(int Partition, bool IsActive, long? Lag, IReadOnlyDictionary<string, long> Position);

/// <summary>
/// Asks the stores of an instance in JSON, for whoever does not know their types: keys are read as the type of the store's keys and written by its
/// serde, values written as their type. Safe for use by several threads.
/// </summary>
public sealed class JsonQueries
{
    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);
    private readonly KafkaStreams _streams;
    private readonly JsonSerializerOptions _options;
    private readonly ConcurrentDictionary<string, QueryableStore> _empty = new(StringComparer.Ordinal);

    /// <summary>Questions to an instance.</summary>
    /// <param name="streams">The instance.</param>
    /// <param name="options">How keys and values become JSON; null: as on the web.</param>
    public JsonQueries(KafkaStreams streams, JsonSerializerOptions? options = null) =>
        (_streams, _options) = (streams, options ?? Web);

    /// <summary>The stores of the topology.</summary>
    /// <exception cref="InvalidStateStoreException">The instance is not running.</exception>
    public IReadOnlyList<JsonStoreInfo> Stores() => [.. _streams.KnownStores().Select(Describe)];

    /// <summary>How many partitions a store has; 0 for a global store.</summary>
    /// <exception cref="InvalidStateStoreException">There is no such store, or the instance is not running.</exception>
    public int PartitionsOf(string store) => _streams.KnownStore(store).Partitions;

    /// <summary>The partition that a query is for: the one it names, else that of its key; null where it is for all.</summary>
    /// <exception cref="InvalidStateStoreException">There is no such store, or the instance is not running.</exception>
    /// <exception cref="JsonQueryException">The key is none of the store's.</exception>
    public int? PartitionOf(string store, JsonQuery query)
    {
        var (subtopology, partitions) = _streams.KnownStore(store);
        if (subtopology.IsGlobal)
            return TaskId.Global.Partition;
        if (query.Partition is { } named)
            return named;
        if (query.Key is not { } key)
            return null;
        var bytes = EmptyStore(store).Ask(view => view.Engine.Accept(new JsonKeys(key, _options)), new Lock());
        return Murmur2.PartitionOf(bytes, partitions);
    }

    /// <summary>Who has a partition of a store.</summary>
    /// <exception cref="InvalidStateStoreException">There is no such store, or the instance is not running.</exception>
    public KeyQueryMetadata MetadataOf(string store, int partition) =>
        _streams.MetadataOf(_streams.KnownStore(store).Subtopology, partition);

    /// <summary>Asks one partition.</summary>
    /// <param name="store">The store's name.</param>
    /// <param name="query">The question.</param>
    /// <param name="partition">The partition.</param>
    /// <param name="limit">Most entries; null for the question's own limit.</param>
    /// <param name="after">Where to go on in the partition; null begins.</param>
    /// <exception cref="InvalidStateStoreException">There is no such store, or the instance is not running.</exception>
    /// <exception cref="JsonQueryException">The question does not fit the store.</exception>
    public JsonQueryAnswer Ask(string store, JsonQuery query, int partition, int? limit = null, QueryContinuation? after = null)
    {
        var (subtopology, partitions) = _streams.KnownStore(store);
        if (subtopology.IsGlobal ? partition != TaskId.Global.Partition : partition < 0 || partition >= partitions)
            return new JsonQueryAnswer(JsonQueryOutcome.NoPartition, default);
        var task = _streams.LocalTask(store, partition);
        if (task is null || !(task.IsActive || query.AllowsStale))
            return new JsonQueryAnswer(JsonQueryOutcome.NotHere, default);
        var position = task.Position;
        if (query.AtLeast != Position.Empty && (position == Position.Empty || !position.Covers(query.AtLeast)))
            return new JsonQueryAnswer(JsonQueryOutcome.NotUpToBound, default);
        try
        {
            return Ask(store, query.Continue(limit ?? query.Limit, after), task, position);
        }
        catch (Exception e) when (e is (StreamsException and not JsonQueryException) or ObjectDisposedException or NotSupportedException or JsonException)
        {
            return new JsonQueryAnswer(JsonQueryOutcome.StoreFailed, default);
        }
    }

    private JsonQueryAnswer Ask(string store, JsonQuery query, QueryableTask task, Position position)
    {
        var body = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(body);
        writer.WriteStartObject();
        if (!task.TryAsk(store, view => new JsonAnswer(view, query, writer, _options).Run(), out var exists))
            return new JsonQueryAnswer(JsonQueryOutcome.NotHere, default);
        writer.WriteString("store", store);
        writer.WriteNumber("partition", task.TaskId.Partition);
        writer.WriteBoolean("active", task.IsActive);
        if (!task.IsActive && _streams.LagOf(task, store, ChangelogEnds.UsualAge) is { } lag)
            writer.WriteNumber("lag", lag.OffsetLag);
        writer.WriteStartObject("position");
        foreach (var (input, offset) in position.Offsets)
            writer.WriteNumber(input.ToString(), offset);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        return new JsonQueryAnswer(exists ? JsonQueryOutcome.Answered : JsonQueryOutcome.NoValue, body.WrittenMemory);
    }

    private JsonStoreInfo Describe(string store)
    {
        var (kind, key, value) = EmptyStore(store).Ask(static view => view.Engine.Accept(StoreTypes.Instance), new Lock());
        var local = _streams.LocalTasks(store).Select(task => new JsonPartitionInfo(
            task.TaskId.Partition,
            task.IsActive,
            task.IsActive ? null : _streams.LagOf(task, store, ChangelogEnds.UsualAge)?.OffsetLag,
            task.Position.Offsets.ToDictionary(o => o.Key.ToString(), o => o.Value, StringComparer.Ordinal)));
        return new JsonStoreInfo(store, kind, key, value, PartitionsOf(store), [.. local]);
    }

    /// <summary>A store of the same types without content.</summary>
    private QueryableStore EmptyStore(string name) => _empty.GetOrAdd(name, static (store, streams) => streams.EmptyStore(store), _streams);

    private sealed class StoreTypes : IStoreVisitor<(string Kind, string Key, string Value)>
    {
        public static StoreTypes Instance { get; } = new();

        public (string Kind, string Key, string Value) VisitKeyValue<TKey, TValue>(KeyValueStore<TKey, TValue> store) =>
            ("key-value", NameOf(typeof(TKey)), NameOf(typeof(TValue)));

        public (string Kind, string Key, string Value) VisitTimestampedKeyValue<TKey, TValue>(
            TimestampedKeyValueStore<TKey, TValue> store) =>
            ("timestamped-key-value", NameOf(typeof(TKey)), NameOf(typeof(TValue)));

        public (string Kind, string Key, string Value) VisitVersioned<TKey, TValue>(VersionedStore<TKey, TValue> store) =>
            ("versioned", NameOf(typeof(TKey)), NameOf(typeof(TValue)));

        public (string Kind, string Key, string Value) VisitWindow<TKey, TValue>(WindowStore<TKey, TValue> store) =>
            ("window", NameOf(typeof(TKey)), NameOf(typeof(TValue)));

        public (string Kind, string Key, string Value) VisitTimestampedWindow<TKey, TValue>(
            TimestampedWindowStore<TKey, TValue> store) =>
            ("timestamped-window", NameOf(typeof(TKey)), NameOf(typeof(TValue)));

        public (string Kind, string Key, string Value) VisitSession<TKey, TAggregate>(SessionStore<TKey, TAggregate> store) =>
            ("session", NameOf(typeof(TKey)), NameOf(typeof(TAggregate)));

        private static string NameOf(Type type) => (Nullable.GetUnderlyingType(type) ?? type).Name;
    }
}

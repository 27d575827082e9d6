using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Tables;

/// <summary>What became of a put.</summary>
internal enum PutResult
{
    /// <summary>The store did not take it: it is older than the history that it keeps.</summary>
    NotPut,

    /// <summary>It is the newest value of its key.</summary>
    Latest,

    /// <summary>It went into the past of its key.</summary>
    NotLatest,
}

/// <summary>The store of a table: the newest value of each key with its time, or a history of values.</summary>
internal abstract class TableStore<TKey, TValue> : TableGetter<TKey, TValue>
{
    public abstract IStateStore Store { get; }

    public abstract PutResult Put(TKey key, TValue? value, long timestamp);

    /// <summary>The store of that name.</summary>
    /// <exception cref="StreamsException">The store is of another kind.</exception>
    public static TableStore<TKey, TValue> Open(TaskContext task, string name) =>
        task.Store(name) switch
        {
            ITimestampedKeyValueStore<TKey, TValue> store => new Timestamped(store),
            IVersionedKeyValueStore<TKey, TValue> store => new Versioned(store),
            var other => throw new StreamsException(
                $"The store {name} of a table is a {other?.GetType().Name ?? "missing one"}."),
        };

    private sealed class Timestamped(ITimestampedKeyValueStore<TKey, TValue> store) : TableStore<TKey, TValue>
    {
        public override IStateStore Store => store;

        public override ValueAndTimestamp<TValue>? Get(TKey key) => store.Get(key);

        public override PutResult Put(TKey key, TValue? value, long timestamp)
        {
            store.Put(key, value is null ? null : new ValueAndTimestamp<TValue>(value, timestamp));
            return PutResult.Latest;
        }
    }

    private sealed class Versioned(IVersionedKeyValueStore<TKey, TValue> store) : TableStore<TKey, TValue>
    {
        public override IStateStore Store => store;

        public override bool IsVersioned => true;

        public override ValueAndTimestamp<TValue>? Get(TKey key) => Entry(store.Get(key));

        public override ValueAndTimestamp<TValue>? Get(TKey key, long asOf) => Entry(store.Get(key, asOf));

        public override PutResult Put(TKey key, TValue? value, long timestamp) => store.Put(key, value, timestamp) switch
        {
            VersionedPut.NotPut => PutResult.NotPut,
            VersionedPut.ValidToUndefined => PutResult.Latest,
            _ => PutResult.NotLatest,
        };

        private static ValueAndTimestamp<TValue>? Entry(VersionedRecord<TValue>? version) =>
            version is { } known ? new ValueAndTimestamp<TValue>(known.Value, known.Timestamp) : null;
    }
}

namespace MedStreams.Streams.State;

/// <summary>A builder of the engine's own stores, whose bytes a task keeps.</summary>
internal interface IEngineStoreBuilder : IStoreBuilder
{
    StoreLayout Layout { get; }
}

/// <summary>A store of the engine's own.</summary>
internal interface IEngineStore : IStateStore
{
    /// <summary>True while a cache holds writes back; <see cref="IStateStore.Flush"/> sends them on.</summary>
    bool HasUnflushed { get; }

    /// <summary>About how many bytes a cache holds back; null where the store has no cache. May be asked by any thread.</summary>
    long? HeldBytes { get; }

    /// <summary>Forgets what a cache holds back.</summary>
    void Discard();

    /// <summary>Makes this a store that can only be read, over such bytes.</summary>
    /// <param name="view">The bytes; their overlay stays empty.</param>
    /// <param name="topic">The topic that serdes are told.</param>
    void OpenForQueries(StoreBytes view, string topic);

    /// <summary>Calls the method of the visitor that fits the store's kind and types.</summary>
    T Accept<T>(IStoreVisitor<T> visitor);
}

/// <summary>Takes an engine's store as what it is.</summary>
internal interface IStoreVisitor<out T>
{
    T VisitKeyValue<TKey, TValue>(KeyValueStore<TKey, TValue> store);

    T VisitTimestampedKeyValue<TKey, TValue>(TimestampedKeyValueStore<TKey, TValue> store);

    T VisitVersioned<TKey, TValue>(VersionedStore<TKey, TValue> store);

    T VisitWindow<TKey, TValue>(WindowStore<TKey, TValue> store);

    T VisitTimestampedWindow<TKey, TValue>(TimestampedWindowStore<TKey, TValue> store);

    T VisitSession<TKey, TAggregate>(SessionStore<TKey, TAggregate> store);
}

/// <summary>Gets what a cached store held back: the new value of a key and, if asked for, the one until the last flush.</summary>
/// <param name="record">
/// The key, the change, and time and headers of the record that wrote last; the context of the task is that record's too.
/// </param>
internal delegate void CacheFlushListener<TKey, TValue>(in Record<TKey, Change<TValue?>> record);

/// <summary>
/// A store that may hold writes back until a flush, so that of several writes of one key only the last goes to the changelog and
/// downstream. Keys go on in the order in which they were last written. Window and session stores have
/// <see cref="Windowed{TKey}"/> keys here.
/// </summary>
internal interface ICachedStore<TKey, TValue>
{
    /// <summary>Sets who gets what is flushed; at most one.</summary>
    /// <param name="listener">Called on the task's thread.</param>
    /// <param name="sendOldValues">Whether it needs old values, which cost a read.</param>
    /// <returns>False where the store has no cache: then it never calls, and writers forward by themselves.</returns>
    bool SetFlushListener(CacheFlushListener<TKey, TValue> listener, bool sendOldValues);
}

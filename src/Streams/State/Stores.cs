using MedStreams.Streams.State;

namespace MedStreams.Streams;

/// <summary>
/// Makes stores for <see cref="Topology.AddStateStore"/> and for tables: first where the bytes are kept, then a builder with serdes (Kafka
/// Streams' <c>Stores</c>). Stores in RocksDB are named persistent: after a restart they go on where they were. Stores in memory
/// are restored from their changelogs at each start.
/// </summary>
public static class Stores
{
    /// <summary>Segments are never shorter, in milliseconds, unless windows ask for it.</summary>
    private const long ShortestSegment = 60_000;

    /// <summary>A key-value store in RocksDB.</summary>
    public static KeyValueBytesStoreSupplier PersistentKeyValueStore(string name) => new(Named(name), true);

    /// <summary>A key-value store in RocksDB, for values with times.</summary>
    public static KeyValueBytesStoreSupplier PersistentTimestampedKeyValueStore(string name) => new(Named(name), true);

    /// <summary>A key-value store in memory.</summary>
    public static KeyValueBytesStoreSupplier InMemoryKeyValueStore(string name) => new(Named(name), false);

    /// <summary>
    /// A key-value store in memory that keeps the entries used last; what goes for others is deleted, and logged as deleted. A cache above it
    /// shows more, as long as it has room.
    /// </summary>
    /// <param name="name">The store's name in the topology.</param>
    /// <param name="maxCacheSize">How many entries are kept, at least one.</param>
    /// <exception cref="ArgumentException">The number is below one.</exception>
    public static KeyValueBytesStoreSupplier LruMap(string name, int maxCacheSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxCacheSize, 1);
        return new(Named(name), false) { MaxEntries = maxCacheSize };
    }

    /// <summary>A versioned store in RocksDB (KIP-889).</summary>
    /// <param name="name">The store's name in the topology.</param>
    /// <param name="historyRetention">
    /// How long a version can be asked for after the next one has come, by stream time; also how late a version may come.
    /// </param>
    /// <param name="segmentInterval">How much is dropped at once; null for a choice by the retention.</param>
    /// <exception cref="ArgumentException">A time is negative, or the interval is zero.</exception>
    public static VersionedBytesStoreSupplier PersistentVersionedKeyValueStore(
        string name, TimeSpan historyRetention, TimeSpan? segmentInterval = null)
    {
        var kept = Milliseconds(historyRetention, nameof(historyRetention));
        var interval = segmentInterval is { } given ? Milliseconds(given, nameof(segmentInterval)) : VersionSegmentOf(kept);
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, 1, nameof(segmentInterval));
        return new(Named(name), kept, interval);
    }

    /// <summary>A window store in RocksDB.</summary>
    /// <param name="name">The store's name in the topology.</param>
    /// <param name="retentionPeriod">How long windows are kept, by stream time; at least the window's length.</param>
    /// <param name="windowSize">Length of the windows.</param>
    /// <param name="retainDuplicates">Whether a window keeps all values that were put for a key.</param>
    /// <exception cref="ArgumentException">A time is negative, or the retention is shorter than the window.</exception>
    public static WindowBytesStoreSupplier PersistentWindowStore(
        string name, TimeSpan retentionPeriod, TimeSpan windowSize, bool retainDuplicates = false) =>
        Windows(name, true, retentionPeriod, windowSize, retainDuplicates);

    /// <summary>A window store in RocksDB, for values with times.</summary>
    /// <inheritdoc cref="PersistentWindowStore"/>
    public static WindowBytesStoreSupplier PersistentTimestampedWindowStore(
        string name, TimeSpan retentionPeriod, TimeSpan windowSize, bool retainDuplicates = false) =>
        Windows(name, true, retentionPeriod, windowSize, retainDuplicates);

    /// <summary>A window store in memory.</summary>
    /// <inheritdoc cref="PersistentWindowStore"/>
    public static WindowBytesStoreSupplier InMemoryWindowStore(
        string name, TimeSpan retentionPeriod, TimeSpan windowSize, bool retainDuplicates = false) =>
        Windows(name, false, retentionPeriod, windowSize, retainDuplicates);

    /// <summary>A session store in RocksDB.</summary>
    /// <param name="name">The store's name in the topology.</param>
    /// <param name="retentionPeriod">How long sessions are kept after their end, by stream time.</param>
    /// <exception cref="ArgumentException">The time is negative.</exception>
    public static SessionBytesStoreSupplier PersistentSessionStore(string name, TimeSpan retentionPeriod) =>
        Sessions(name, true, retentionPeriod);

    /// <summary>A session store in memory.</summary>
    /// <inheritdoc cref="PersistentSessionStore"/>
    public static SessionBytesStoreSupplier InMemorySessionStore(string name, TimeSpan retentionPeriod) =>
        Sessions(name, false, retentionPeriod);

    /// <summary>A builder of key-value stores.</summary>
    public static StoreBuilder<IKeyValueStore<TKey, TValue>> KeyValueStoreBuilder<TKey, TValue>(
        KeyValueBytesStoreSupplier supplier, ISerde<TKey> keySerde, ISerde<TValue> valueSerde) =>
        new(
            LayoutOf(supplier, timestamped: false),
            (layout, caching, logging) =>
                new KeyValueStore<TKey, TValue>(new(layout, keySerde, valueSerde, caching, logging)));

    /// <summary>A builder of key-value stores whose values have times, as tables use them.</summary>
    public static StoreBuilder<ITimestampedKeyValueStore<TKey, TValue>> TimestampedKeyValueStoreBuilder<TKey, TValue>(
        KeyValueBytesStoreSupplier supplier, ISerde<TKey> keySerde, ISerde<TValue> valueSerde)
    {
        var serde = new ValueAndTimestampSerde<TValue>(valueSerde);
        return new(
            LayoutOf(supplier, timestamped: true),
            (layout, caching, logging) =>
                new TimestampedKeyValueStore<TKey, TValue>(new(layout, keySerde, serde, caching, logging)));
    }

    /// <summary>A builder of versioned stores. They are never cached.</summary>
    public static StoreBuilder<IVersionedKeyValueStore<TKey, TValue>> VersionedKeyValueStoreBuilder<TKey, TValue>(
        VersionedBytesStoreSupplier supplier, ISerde<TKey> keySerde, ISerde<TValue> valueSerde) =>
        new(
            LayoutOf(supplier),
            (layout, _, logging) => new VersionedStore<TKey, TValue>(new(layout, keySerde, valueSerde, false, logging)));

    /// <summary>A builder of window stores.</summary>
    public static StoreBuilder<IWindowStore<TKey, TValue>> WindowStoreBuilder<TKey, TValue>(
        WindowBytesStoreSupplier supplier, ISerde<TKey> keySerde, ISerde<TValue> valueSerde) =>
        new(
            LayoutOf(supplier, timestamped: false),
            (layout, caching, logging) =>
                new WindowStore<TKey, TValue>(new(layout, keySerde, valueSerde, caching, logging)));

    /// <summary>A builder of window stores whose values have times, as windowed aggregations use them.</summary>
    public static StoreBuilder<ITimestampedWindowStore<TKey, TValue>> TimestampedWindowStoreBuilder<TKey, TValue>(
        WindowBytesStoreSupplier supplier, ISerde<TKey> keySerde, ISerde<TValue> valueSerde)
    {
        var serde = new ValueAndTimestampSerde<TValue>(valueSerde);
        return new(
            LayoutOf(supplier, timestamped: true),
            (layout, caching, logging) =>
                new TimestampedWindowStore<TKey, TValue>(new(layout, keySerde, serde, caching, logging)));
    }

    /// <summary>A builder of session stores.</summary>
    public static StoreBuilder<ISessionStore<TKey, TAggregate>> SessionStoreBuilder<TKey, TAggregate>(
        SessionBytesStoreSupplier supplier, ISerde<TKey> keySerde, ISerde<TAggregate> aggregateSerde) =>
        new(
            LayoutOf(supplier),
            (layout, caching, logging) =>
                new SessionStore<TKey, TAggregate>(new(layout, keySerde, aggregateSerde, caching, logging)));

    private static WindowBytesStoreSupplier Windows(
        string name, bool persistent, TimeSpan retention, TimeSpan windowSize, bool retainDuplicates)
    {
        var (kept, size) = (Milliseconds(retention, nameof(retention)), Milliseconds(windowSize, nameof(windowSize)));
        if (kept < size)
        {
            throw new ArgumentException(
                $"The store {name} would keep windows of {size} ms for only {kept} ms: keep them at least as long as they are.",
                nameof(retention));
        }

        return new(Named(name), persistent, kept, size, SegmentOf(kept), retainDuplicates);
    }

    private static SessionBytesStoreSupplier Sessions(string name, bool persistent, TimeSpan retention)
    {
        var kept = Milliseconds(retention, nameof(retention));
        return new(Named(name), persistent, kept, SegmentOf(kept));
    }

    private static StoreLayout LayoutOf(KeyValueBytesStoreSupplier supplier, bool timestamped) => new()
    {
        Name = supplier.Name,
        Kind = StoreKind.KeyValue,
        Persistent = supplier.Persistent && supplier.MaxEntries is null,
        Timestamped = timestamped,
        MaxEntries = supplier.MaxEntries,
    };

    private static StoreLayout LayoutOf(VersionedBytesStoreSupplier supplier) => new()
    {
        Name = supplier.Name,
        Kind = StoreKind.Versioned,
        Persistent = true,
        RetentionMs = supplier.HistoryRetention,
        SegmentIntervalMs = supplier.SegmentInterval,
    };

    private static StoreLayout LayoutOf(WindowBytesStoreSupplier supplier, bool timestamped) => new()
    {
        Name = supplier.Name,
        Kind = StoreKind.Window,
        Persistent = supplier.Persistent,
        Timestamped = timestamped,
        RetentionMs = supplier.RetentionPeriod,
        SegmentIntervalMs = supplier.SegmentInterval,
        WindowSizeMs = supplier.WindowSize,
        RetainDuplicates = supplier.RetainDuplicates,
    };

    private static StoreLayout LayoutOf(SessionBytesStoreSupplier supplier) => new()
    {
        Name = supplier.Name,
        Kind = StoreKind.Session,
        Persistent = supplier.Persistent,
        RetentionMs = supplier.RetentionPeriod,
        SegmentIntervalMs = supplier.SegmentInterval,
    };

    private static long SegmentOf(long retention) => Math.Max(retention / 2, ShortestSegment);

    // As Kafka Streams chooses: the longer the history, the more segments.
    private static long VersionSegmentOf(long retention) => retention switch
    {
        <= 60_000 => Math.Max(retention / 3, 2_000),
        <= 300_000 => Math.Max(retention / 5, 20_000),
        <= 3_600_000 => Math.Max(retention / 12, 60_000),
        _ => Math.Max(retention / 24, 300_000),
    };

    private static long Milliseconds(TimeSpan time, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero, name);
        return (long)time.TotalMilliseconds;
    }

    private static string Named(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return name;
    }
}

using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Graph;

namespace MedStreams.Streams.Dsl.Tables;

/// <summary>Makes the stores of the DSL's operators.</summary>
internal static class TableStores
{
    private const long ShortestSegment = 60_000;

    /// <summary>The store of a table.</summary>
    /// <param name="writer">Finds serdes.</param>
    /// <param name="operatorName">The operator that needs the store.</param>
    /// <param name="materialized">How to keep it.</param>
    /// <param name="storeName">Its name.</param>
    /// <param name="sourceTopic">The topic that serves as changelog; null for one of its own.</param>
    public static StoreDefinition KeyValue<TKey, TValue>(
        TopologyWriter writer,
        string operatorName,
        Materialized<TKey, TValue> materialized,
        string storeName,
        string? sourceTopic = null)
    {
        var keySerde = writer.KeySerde(materialized.KeySerde, operatorName);
        var valueSerde = writer.ValueSerde(materialized.ValueSerde, operatorName);
        if (sourceTopic is not null)
            materialized = materialized with { LoggingEnabled = false };
        return new StoreDefinition(
            materialized.Supplier is VersionedBytesStoreSupplier versioned
                ? SetUp(Stores.VersionedKeyValueStoreBuilder(versioned, keySerde, valueSerde), materialized)
                : SetUp(
                    Stores.TimestampedKeyValueStoreBuilder(
                        Given<KeyValueBytesStoreSupplier>(materialized.Supplier, operatorName)
                            ?? new(storeName, IsPersistent(writer, materialized)),
                        keySerde,
                        valueSerde),
                    materialized),
            sourceTopic);
    }

    /// <summary>The store of a table of windows.</summary>
    /// <exception cref="TopologyException">Windows are to be kept for less than they are needed.</exception>
    public static StoreDefinition Window<TKey, TValue>(
        TopologyWriter writer,
        string operatorName,
        Materialized<TKey, TValue> materialized,
        string storeName,
        long sizeMs,
        long neededMs,
        long slackMs)
    {
        var builder = Stores.TimestampedWindowStoreBuilder(
            Given<WindowBytesStoreSupplier>(materialized.Supplier, operatorName)
                ?? WindowSupplier(IsPersistent(writer, materialized), storeName, Retention(materialized, storeName, neededMs, slackMs), sizeMs),
            writer.KeySerde(materialized.KeySerde, operatorName),
            writer.ValueSerde(materialized.ValueSerde, operatorName));
        return new StoreDefinition(SetUp(builder, materialized), null);
    }

    /// <summary>The store of a table of sessions.</summary>
    /// <exception cref="TopologyException">Sessions are to be kept for less than they are needed.</exception>
    public static StoreDefinition Session<TKey, TValue>(
        TopologyWriter writer,
        string operatorName,
        Materialized<TKey, TValue> materialized,
        string storeName,
        long neededMs,
        long slackMs)
    {
        var builder = Stores.SessionStoreBuilder(
            Given<SessionBytesStoreSupplier>(materialized.Supplier, operatorName)
                ?? SessionSupplier(IsPersistent(writer, materialized), storeName, Retention(materialized, storeName, neededMs, slackMs)),
            writer.KeySerde(materialized.KeySerde, operatorName),
            writer.ValueSerde(materialized.ValueSerde, operatorName));
        return new StoreDefinition(SetUp(builder, materialized), null);
    }

    /// <summary>The user's supplier, if there is one.</summary>
    /// <exception cref="TopologyException">It is of another kind.</exception>
    private static TSupplier? Given<TSupplier>(IStoreSupplier? supplier, string operatorName)
        where TSupplier : class, IStoreSupplier =>
        supplier switch
        {
            null => null,
            TSupplier fitting => fitting,
            _ => throw new TopologyException(
                $"{operatorName} needs a {typeof(TSupplier).Name}; the store {supplier.Name} comes from a {supplier.GetType().Name}."),
        };

    private static SessionBytesStoreSupplier SessionSupplier(bool isPersistent, string storeName, long retention) =>
        new(storeName, isPersistent, retention, Math.Max(retention / 2, ShortestSegment));

    private static WindowBytesStoreSupplier WindowSupplier(bool isPersistent, string storeName, long retention, long sizeMs) =>
        new(
            storeName,
            isPersistent,
            retention,
            sizeMs,
            Math.Max(retention / 2, ShortestSegment),
            RetainDuplicates: false);

    private static bool IsPersistent<TKey, TValue>(TopologyWriter writer, Materialized<TKey, TValue> materialized) =>
        (materialized.StoreType ?? writer.DefaultStore) == StoreType.Persistent;

    private static long Retention<TKey, TValue>(
        Materialized<TKey, TValue> materialized, string storeName, long needed, long slack)
    {
        if (materialized.Retention is not { } given)
            return needed > long.MaxValue - slack ? long.MaxValue : needed + slack;
        var retention = (long)given.TotalMilliseconds;
        return retention >= needed
            ? retention
            : throw new TopologyException(
                $"The store {storeName} would keep windows for {retention} ms, and needs them for {needed} ms.");
    }

    private static StoreBuilder<TStore> SetUp<TStore, TKey, TValue>(
        StoreBuilder<TStore> builder, Materialized<TKey, TValue> materialized)
        where TStore : class, IStateStore
    {
        builder = materialized.CachingEnabled ? builder.WithCachingEnabled() : builder.WithCachingDisabled();
        return materialized.LoggingEnabled
            ? builder.WithLoggingEnabled(materialized.LogConfig)
            : builder.WithLoggingDisabled();
    }
}

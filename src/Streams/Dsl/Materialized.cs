using System.Collections.Immutable;

namespace MedStreams.Streams;

/// <summary>Where a store keeps its data.</summary>
public enum StoreType
{
    /// <summary>On disk, in RocksDB; a restart only restores what is missing.</summary>
    Persistent,

    /// <summary>In memory; a restart restores all of it from the changelog.</summary>
    InMemory,
}

/// <summary>How a table's content is kept. What is not set comes from the operator, the builder's options and the engine.</summary>
/// <typeparam name="TKey">Type of the keys; for windowed tables that of the key within the window.</typeparam>
/// <typeparam name="TValue">Type of the values.</typeparam>
public sealed record Materialized<TKey, TValue>
{
    /// <summary>The store's name, by which it can be queried; null for a generated one. A supplier brings its own.</summary>
    public string? StoreName
    {
        get => field ?? Supplier?.Name;
        init;
    }

    /// <summary>
    /// Where and how the store keeps its bytes, of the kind that the operator needs (see <see cref="Stores"/>); null for the engine's choice
    /// by <see cref="StoreType"/> and <see cref="Retention"/>. A versioned supplier makes a table keep its history.
    /// </summary>
    public IStoreSupplier? Supplier { get; init; }

    /// <summary>Handles keys.</summary>
    public ISerde<TKey>? KeySerde { get; init; }

    /// <summary>Handles values.</summary>
    public ISerde<TValue>? ValueSerde { get; init; }

    /// <summary>Where the data is kept; null for <see cref="StreamsBuilderOptions.DefaultDslStore"/>.</summary>
    public StoreType? StoreType { get; init; }

    /// <summary>Whether changes go to a changelog topic, from which the store is restored; true by default.</summary>
    public bool LoggingEnabled { get; init; } = true;

    /// <summary>Settings of the changelog topic beyond the engine's own.</summary>
    public IReadOnlyDictionary<string, string> LogConfig { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Whether changes wait in a cache, so that of several to one key only the last goes on; true by default.</summary>
    public bool CachingEnabled { get; init; } = true;

    /// <summary>How long windows are kept after their start, at least size and grace, which is the default.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>A store of that name, everything else as by default.</summary>
    public static implicit operator Materialized<TKey, TValue>(Materialized named) =>
        new() { StoreName = named.StoreName, Supplier = named.Supplier };

    /// <summary>How long windows or sessions are kept; null for as long as the operator needs them.</summary>
    internal TimeSpan? KeptFor => Supplier switch
    {
        WindowBytesStoreSupplier windows => TimeSpan.FromMilliseconds(windows.RetentionPeriod),
        SessionBytesStoreSupplier sessions => TimeSpan.FromMilliseconds(sessions.RetentionPeriod),
        _ => Retention,
    };

    /// <summary>Whether the table keeps its history.</summary>
    internal bool IsVersioned => Supplier is VersionedBytesStoreSupplier;
}

/// <summary>How a table's content is kept, where the serdes come from elsewhere.</summary>
public sealed record Materialized
{
    private Materialized(string storeName, IStoreSupplier? supplier = null) =>
        (StoreName, Supplier) = (Named.Validate(storeName), supplier);

    /// <summary>The store's name.</summary>
    public string StoreName { get; }

    /// <summary>Where and how the store keeps its bytes; null for the engine's choice.</summary>
    public IStoreSupplier? Supplier { get; }

    /// <summary>A store of that name.</summary>
    /// <exception cref="TopologyException">The name is not legal.</exception>
    public static Materialized As(string storeName) => new(storeName);

    /// <summary>A store of that supplier, under its name.</summary>
    /// <exception cref="TopologyException">The name is not legal.</exception>
    public static Materialized As(IStoreSupplier supplier) => new(supplier.Name, supplier);

    /// <summary>A store of that name with these serdes.</summary>
    /// <exception cref="TopologyException">The name is not legal.</exception>
    public static Materialized<TKey, TValue> As<TKey, TValue>(
        string storeName, ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde) =>
        new() { StoreName = Named.Validate(storeName), KeySerde = keySerde, ValueSerde = valueSerde };

    /// <summary>A store with a generated name and these serdes.</summary>
    public static Materialized<TKey, TValue> With<TKey, TValue>(ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde) =>
        new() { KeySerde = keySerde, ValueSerde = valueSerde };
}

using System.Collections.Immutable;

namespace MedStreams.Streams;

/// <summary>How two streams are joined.</summary>
/// <typeparam name="TKey">Type of the keys.</typeparam>
/// <typeparam name="TThis">Type of this stream's values.</typeparam>
/// <typeparam name="TOther">Type of the other stream's values.</typeparam>
public sealed record StreamJoined<TKey, TThis, TOther>
{
    /// <summary>Begins the names of the nodes and repartition topics; null for generated names.</summary>
    public string? Name { get; init; }

    /// <summary>Begins the names of the stores; null for generated names.</summary>
    public string? StoreName { get; init; }

    /// <summary>Handles keys.</summary>
    public ISerde<TKey>? KeySerde { get; init; }

    /// <summary>Handles this stream's values.</summary>
    public ISerde<TThis>? ThisSerde { get; init; }

    /// <summary>Handles the other stream's values.</summary>
    public ISerde<TOther>? OtherSerde { get; init; }

    /// <summary>The store of this stream's records; null for one that fits. It must keep duplicates, and as long as the windows need.</summary>
    public WindowBytesStoreSupplier? ThisStore { get; init; }

    /// <summary>The store of the other stream's records; null for one that fits. It must keep duplicates, and as long as the windows need.</summary>
    public WindowBytesStoreSupplier? OtherStore { get; init; }

    /// <summary>Where stores that are not given are kept; null for <see cref="StreamsBuilderOptions.DefaultDslStore"/>.</summary>
    public StoreType? StoreType { get; init; }

    /// <summary>Whether the stores have changelogs; true by default.</summary>
    public bool LoggingEnabled { get; init; } = true;

    /// <summary>Settings of the changelog topics beyond the engine's own.</summary>
    public IReadOnlyDictionary<string, string> LogConfig { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>A join whose stores begin with that name, everything else as by default.</summary>
    public static implicit operator StreamJoined<TKey, TThis, TOther>(StreamJoined named) => new() { StoreName = named.StoreName };
}

/// <summary>How two streams are joined, where the types come from elsewhere.</summary>
public sealed record StreamJoined
{
    private StreamJoined(string name) => StoreName = Named.Validate(name);

    /// <summary>The name.</summary>
    public string StoreName { get; }

    /// <summary>A join whose stores begin with that name.</summary>
    /// <exception cref="TopologyException">The name is not legal.</exception>
    public static StreamJoined As(string name) => new(name);

    /// <summary>Joins with these serdes.</summary>
    public static StreamJoined<TKey, TThis, TOther> With<TKey, TThis, TOther>(
        ISerde<TKey>? keySerde, ISerde<TThis>? thisSerde, ISerde<TOther>? otherSerde) =>
        new() { KeySerde = keySerde, ThisSerde = thisSerde, OtherSerde = otherSerde };
}

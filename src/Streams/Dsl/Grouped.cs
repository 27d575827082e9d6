namespace MedStreams.Streams;

/// <summary>How records are grouped: the serdes of their new form and the name of the repartition topic, should there be one.</summary>
public sealed record Grouped<TKey, TValue>
{
    /// <summary>Names the repartition topic (<c>NAME-repartition</c>) and the node that selects keys; null for generated names.</summary>
    public string? Name { get; init; }

    /// <summary>Handles keys in the repartition topic and the store.</summary>
    public ISerde<TKey>? KeySerde { get; init; }

    /// <summary>Handles values in the repartition topic.</summary>
    public ISerde<TValue>? ValueSerde { get; init; }

    /// <summary>A grouping of that name, which its repartition topic and node have, everything else as by default.</summary>
    public static implicit operator Grouped<TKey, TValue>(Grouped named) => new() { Name = named.Name };
}

/// <summary>How records are grouped, where the types come from elsewhere.</summary>
public sealed record Grouped
{
    private Grouped(string name) => Name = Named.Validate(name);

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>A grouping of that name, which its repartition topic and node have.</summary>
    /// <exception cref="TopologyException">The name is not legal.</exception>
    public static Grouped As(string name) => new(name);

    /// <summary>Groups with these serdes.</summary>
    public static Grouped<TKey, TValue> With<TKey, TValue>(ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde) =>
        new() { KeySerde = keySerde, ValueSerde = valueSerde };

    /// <summary>Groups under a name with these serdes.</summary>
    public static Grouped<TKey, TValue> With<TKey, TValue>(
        string name, ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde) =>
        new() { Name = name, KeySerde = keySerde, ValueSerde = valueSerde };
}

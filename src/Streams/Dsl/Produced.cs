namespace MedStreams.Streams;

/// <summary>How a topic is written. What is not set comes from the stream and the builder's options.</summary>
public sealed record Produced<TKey, TValue>
{
    /// <summary>Name of the sink node; null for a generated one.</summary>
    public string? Name { get; init; }

    /// <summary>Writes keys.</summary>
    public ISerde<TKey>? KeySerde { get; init; }

    /// <summary>Writes values.</summary>
    public ISerde<TValue>? ValueSerde { get; init; }

    /// <summary>Chooses partitions; null for Kafka's default, which hashes the key's bytes (murmur2).</summary>
    public StreamPartitioner<TKey, TValue>? Partitioner { get; init; }

    /// <summary>A sink node of that name, everything else as by default.</summary>
    public static implicit operator Produced<TKey, TValue>(Produced named) => new() { Name = named.Name };
}

/// <summary>How a topic is written, where the types come from elsewhere.</summary>
public sealed record Produced
{
    private Produced(string name) => Name = Named.Validate(name);

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>A sink node of that name.</summary>
    /// <exception cref="TopologyException">The name is not legal.</exception>
    public static Produced As(string name) => new(name);

    /// <summary>Writes with these serdes.</summary>
    public static Produced<TKey, TValue> With<TKey, TValue>(ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde) =>
        new() { KeySerde = keySerde, ValueSerde = valueSerde };
}

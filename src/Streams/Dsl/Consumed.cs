namespace MedStreams.Streams;

/// <summary>How a topic is read. What is not set comes from the builder's options and the engine's defaults.</summary>
public sealed record Consumed<TKey, TValue>
{
    /// <summary>Name of the source node; null for a generated one.</summary>
    public string? Name { get; init; }

    /// <summary>Reads keys.</summary>
    public ISerde<TKey>? KeySerde { get; init; }

    /// <summary>Reads values.</summary>
    public ISerde<TValue>? ValueSerde { get; init; }

    /// <summary>Tells event times; null for the time that Kafka stores with the record.</summary>
    public TimestampExtractor<TKey, TValue>? TimestampExtractor { get; init; }

    /// <summary>Where to begin without a committed offset; null for <see cref="StreamsConfig.AutoOffsetReset"/>. Global tables always begin at the first record.</summary>
    public AutoOffsetReset? OffsetReset { get; init; }

    /// <summary>A source node of that name, everything else as by default.</summary>
    public static implicit operator Consumed<TKey, TValue>(Consumed named) => new() { Name = named.Name };
}

/// <summary>How a topic is read, where the types come from elsewhere.</summary>
public sealed record Consumed
{
    private Consumed(string name) => Name = Named.Validate(name);

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>A source node of that name.</summary>
    /// <exception cref="TopologyException">The name is not legal.</exception>
    public static Consumed As(string name) => new(name);

    /// <summary>Reads with these serdes.</summary>
    public static Consumed<TKey, TValue> With<TKey, TValue>(ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde) =>
        new() { KeySerde = keySerde, ValueSerde = valueSerde };
}

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
}

/// <summary>Makes <see cref="Produced{TKey,TValue}"/> with types inferred.</summary>
public static class Produced
{
    /// <summary>Writes with these serdes.</summary>
    public static Produced<TKey, TValue> With<TKey, TValue>(ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde) =>
        new() { KeySerde = keySerde, ValueSerde = valueSerde };
}

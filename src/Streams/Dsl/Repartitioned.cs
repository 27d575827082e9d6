namespace MedStreams.Streams;

/// <summary>How a stream goes through a repartition topic.</summary>
public sealed record Repartitioned<TKey, TValue>
{
    /// <summary>Names the topic (<c>APPLICATION-NAME-repartition</c>); null for a generated name.</summary>
    public string? Name { get; init; }

    /// <summary>Handles keys.</summary>
    public ISerde<TKey>? KeySerde { get; init; }

    /// <summary>Handles values.</summary>
    public ISerde<TValue>? ValueSerde { get; init; }

    /// <summary>How many partitions the topic has; null for as many as the largest topic upstream.</summary>
    public int? NumberOfPartitions { get; init; }

    /// <summary>Chooses partitions; null for Kafka's default, which hashes the key's bytes (murmur2).</summary>
    public StreamPartitioner<TKey, TValue>? Partitioner { get; init; }
}

/// <summary>Makes <see cref="Repartitioned{TKey,TValue}"/> with types inferred.</summary>
public static class Repartitioned
{
    /// <summary>Writes and reads the topic with these serdes.</summary>
    public static Repartitioned<TKey, TValue> With<TKey, TValue>(ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde) =>
        new() { KeySerde = keySerde, ValueSerde = valueSerde };
}

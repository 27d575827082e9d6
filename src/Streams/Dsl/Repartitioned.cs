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

    /// <summary>A repartition topic of that name, everything else as by default.</summary>
    public static implicit operator Repartitioned<TKey, TValue>(Repartitioned named) => new() { Name = named.Name, NumberOfPartitions = named.NumberOfPartitions };
}

/// <summary>How a stream goes through a repartition topic, where the types come from elsewhere.</summary>
public sealed record Repartitioned
{
    private Repartitioned(string? name, int? numberOfPartitions) =>
        (Name, NumberOfPartitions) = (name is null ? null : Named.Validate(name), numberOfPartitions);

    /// <summary>The topic's name; null for a generated one.</summary>
    public string? Name { get; }

    /// <summary>How many partitions the topic has; null for as many as the largest topic upstream.</summary>
    public int? NumberOfPartitions { get; }

    /// <summary>A repartition topic of that name.</summary>
    /// <exception cref="TopologyException">The name is not legal.</exception>
    public static Repartitioned As(string name, int? numberOfPartitions = null) => new(name, numberOfPartitions);

    /// <summary>A repartition topic with so many partitions.</summary>
    public static Repartitioned OfPartitions(int numberOfPartitions) => new(null, numberOfPartitions);

    /// <summary>Writes and reads the topic with these serdes.</summary>
    public static Repartitioned<TKey, TValue> With<TKey, TValue>(ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde) =>
        new() { KeySerde = keySerde, ValueSerde = valueSerde };
}

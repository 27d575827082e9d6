namespace MedStreams.Streams;

/// <summary>How two tables are joined by a foreign key.</summary>
/// <typeparam name="TKey">Type of this table's keys.</typeparam>
/// <typeparam name="TForeignKey">Type of the other table's keys.</typeparam>
public sealed record TableJoined<TKey, TForeignKey>
{
    /// <summary>Begins the names of nodes, internal topics and the subscription store; null for generated names.</summary>
    public string? Name { get; init; }

    /// <summary>
    /// Chooses partitions as this table's topic does; null where answers go back to the partition that asked, which is always
    /// right.
    /// </summary>
    public KeyPartitioner<TKey>? Partitioner { get; init; }

    /// <summary>
    /// Chooses partitions as the other table's topic does; null for Kafka's default, which hashes the key's bytes (murmur2). Not
    /// asked for records without a foreign key.
    /// </summary>
    public KeyPartitioner<TForeignKey>? OtherPartitioner { get; init; }

    /// <summary>A join of that name, everything else as by default.</summary>
    public static implicit operator TableJoined<TKey, TForeignKey>(TableJoined named) => new() { Name = named.Name };
}

/// <summary>How two tables are joined by a foreign key, where the types come from elsewhere.</summary>
public sealed record TableJoined
{
    private TableJoined(string name) => Name = name;

    /// <summary>Begins the names of nodes, internal topics and the subscription store.</summary>
    public string Name { get; }

    /// <summary>A join of that name, everything else as by default.</summary>
    /// <exception cref="TopologyException">The name is not legal.</exception>
    public static TableJoined As(string name) => new(Named.Validate(name));

    /// <summary>A join with these partitioners.</summary>
    public static TableJoined<TKey, TForeignKey> With<TKey, TForeignKey>(
        KeyPartitioner<TKey>? partitioner, KeyPartitioner<TForeignKey>? otherPartitioner, string? name = null) =>
        new() { Name = name, Partitioner = partitioner, OtherPartitioner = otherPartitioner };
}

/// <summary>Chooses the partition of a key, whatever its value.</summary>
/// <param name="topic">The topic written to.</param>
/// <param name="key">The key.</param>
/// <param name="numPartitions">How many partitions the topic has.</param>
/// <returns>A partition from 0; null leaves the choice to Kafka's default partitioner.</returns>
public delegate int? KeyPartitioner<in TKey>(string topic, TKey key, int numPartitions);

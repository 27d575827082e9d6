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
}

/// <summary>Makes <see cref="Grouped{TKey,TValue}"/> with types inferred.</summary>
public static class Grouped
{
    /// <summary>Groups with these serdes.</summary>
    public static Grouped<TKey, TValue> With<TKey, TValue>(ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde) =>
        new() { KeySerde = keySerde, ValueSerde = valueSerde };

    /// <summary>Groups under a name with these serdes.</summary>
    public static Grouped<TKey, TValue> With<TKey, TValue>(
        string name, ISerde<TKey>? keySerde, ISerde<TValue>? valueSerde) =>
        new() { Name = name, KeySerde = keySerde, ValueSerde = valueSerde };
}

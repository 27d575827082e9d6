namespace MedStreams.Streams;

/// <summary>How a stream is joined with a table.</summary>
/// <typeparam name="TKey">Type of the keys.</typeparam>
/// <typeparam name="TLeft">Type of the stream's values.</typeparam>
/// <typeparam name="TRight">Type of the table's values.</typeparam>
public sealed record Joined<TKey, TLeft, TRight>
{
    /// <summary>Names the node, and the repartition topic, should there be one; null for generated names.</summary>
    public string? Name { get; init; }

    /// <summary>Handles keys.</summary>
    public ISerde<TKey>? KeySerde { get; init; }

    /// <summary>Handles the stream's values.</summary>
    public ISerde<TLeft>? LeftSerde { get; init; }

    /// <summary>Handles the table's values.</summary>
    public ISerde<TRight>? RightSerde { get; init; }
}

/// <summary>Makes <see cref="Joined{TKey,TLeft,TRight}"/> with types inferred.</summary>
public static class Joined
{
    /// <summary>Joins with these serdes.</summary>
    public static Joined<TKey, TLeft, TRight> With<TKey, TLeft, TRight>(
        ISerde<TKey>? keySerde, ISerde<TLeft>? leftSerde, ISerde<TRight>? rightSerde, string? name = null) =>
        new() { Name = name, KeySerde = keySerde, LeftSerde = leftSerde, RightSerde = rightSerde };
}

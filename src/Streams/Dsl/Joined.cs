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

    /// <summary>
    /// How long the stream's records wait, by stream time, so that the table may catch up (KIP-923); then they are joined in the order of
    /// their times. Needs a table that keeps versions at least as long. Null: not at all.
    /// </summary>
    public TimeSpan? GracePeriod { get; init; }

    /// <summary>A join of that name, which its node and repartition topic have, everything else as by default.</summary>
    public static implicit operator Joined<TKey, TLeft, TRight>(Joined named) => new() { Name = named.Name };
}

/// <summary>How a stream is joined with a table, where the types come from elsewhere.</summary>
public sealed record Joined
{
    private Joined(string name) => Name = Named.Validate(name);

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>A join of that name, which its node and repartition topic have.</summary>
    /// <exception cref="TopologyException">The name is not legal.</exception>
    public static Joined As(string name) => new(name);

    /// <summary>Joins with these serdes.</summary>
    public static Joined<TKey, TLeft, TRight> With<TKey, TLeft, TRight>(
        ISerde<TKey>? keySerde,
        ISerde<TLeft>? leftSerde,
        ISerde<TRight>? rightSerde,
        string? name = null,
        TimeSpan? gracePeriod = null) =>
        new()
        {
            Name = name,
            KeySerde = keySerde,
            LeftSerde = leftSerde,
            RightSerde = rightSerde,
            GracePeriod = gracePeriod,
        };
}

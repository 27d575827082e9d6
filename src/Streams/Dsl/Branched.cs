namespace MedStreams.Streams;

/// <summary>What becomes of a branch: its name, and a chain of operators to hang onto it at once.</summary>
public sealed record Branched<TKey, TValue>
{
    /// <summary>The end of the branch's name, after the name of the split; null for its number (0 for the default branch).</summary>
    public string? Name { get; init; }

    /// <summary>Builds onto the branch; what it answers stands in the result in place of the branch, null for nothing.</summary>
    public Func<KStream<TKey, TValue>, KStream<TKey, TValue>?>? Chain { get; init; }

    /// <summary>A branch of that name.</summary>
    public static implicit operator Branched<TKey, TValue>(string name) => new() { Name = name };

    /// <summary>A branch of that name.</summary>
    public static implicit operator Branched<TKey, TValue>(Branched named) => new() { Name = named.Name };
}

/// <summary>What becomes of a branch, where the types come from elsewhere.</summary>
public sealed record Branched
{
    private Branched(string name) => Name = name;

    /// <summary>The end of the branch's name, after the name of the split.</summary>
    public string Name { get; }

    /// <summary>A branch of that name.</summary>
    public static Branched As(string name) => new(name);

    /// <summary>A branch that goes on as the function says; null from it keeps the branch out of the result.</summary>
    public static Branched<TKey, TValue> WithFunction<TKey, TValue>(
        Func<KStream<TKey, TValue>, KStream<TKey, TValue>?> chain, string? name = null) =>
        new() { Name = name, Chain = chain };

    /// <summary>A branch that ends in what the action builds, and is not in the result.</summary>
    public static Branched<TKey, TValue> WithConsumer<TKey, TValue>(
        Action<KStream<TKey, TValue>> consumer, string? name = null) =>
        new()
        {
            Name = name,
            Chain = stream =>
            {
                consumer(stream);
                return null;
            },
        };
}

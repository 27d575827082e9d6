using System.Collections.Immutable;

namespace MedStreams.Streams;

/// <summary>Which rewritings a builder applies to its topology (<c>topology.optimization</c>).</summary>
[Flags]
public enum TopologyOptimizations
{
    /// <summary>None: Kafka Streams' default.</summary>
    None = 0,

    /// <summary>The source topic of a table serves as its changelog (<c>reuse.ktable.source.topics</c>).</summary>
    ReuseTableSourceTopics = 1,

    /// <summary>Repartition topics behind one key-changing operator become one (<c>merge.repartition.topics</c>).</summary>
    MergeRepartitionTopics = 2,

    /// <summary>A stream joined with itself keeps one store instead of two (<c>single.store.self.join</c>).</summary>
    SingleStoreSelfJoin = 4,

    /// <summary>All of them (<c>all</c>).</summary>
    All = ReuseTableSourceTopics | MergeRepartitionTopics | SingleStoreSelfJoin,
}

/// <summary>What holds for a whole topology. Immutable.</summary>
public sealed record StreamsBuilderOptions
{
    private readonly ImmutableDictionary<Type, object> _serdes = ImmutableDictionary<Type, object>.Empty;
    private readonly ImmutableArray<ISerdeProvider> _providers = [];

    /// <summary>Rewritings of the topology; none by default.</summary>
    public TopologyOptimizations Optimizations { get; init; }

    /// <summary>
    /// Whether a topology is refused whose stores, changelogs or repartition topics have generated names, which change when
    /// operators are added before them (<c>ensure.explicit.internal.resource.naming</c>, KIP-1111). Default false.
    /// </summary>
    public bool EnsureExplicitInternalResourceNaming { get; init; }

    /// <summary>
    /// Where the operators keep their stores that do not say it (<c>default.dsl.store</c>, KIP-591); default on disk. Versioned stores and stores of
    /// suppliers are where those say.
    /// </summary>
    public StoreType DefaultDslStore { get; init; }

    /// <summary>The same options with a serde for all keys and values of one type that name none.</summary>
    public StreamsBuilderOptions WithSerde<T>(ISerde<T> serde) => new(this, _serdes.SetItem(typeof(T), serde), _providers);

    /// <summary>
    /// The same options with a source of serdes for types without one. Providers are asked in the order of their addition,
    /// after <see cref="WithSerde"/> and before the built-in serdes.
    /// </summary>
    public StreamsBuilderOptions WithSerdes(ISerdeProvider provider) => new(this, _serdes, _providers.Add(provider));

    /// <summary>Default options.</summary>
    public StreamsBuilderOptions()
    {
    }

    private StreamsBuilderOptions(
        StreamsBuilderOptions other, ImmutableDictionary<Type, object> serdes, ImmutableArray<ISerdeProvider> providers)
        : this(other) => (_serdes, _providers) = (serdes, providers);

    internal SerdeResolver CreateResolver() => new(_serdes, _providers);
}

using MedStreams.Streams.Graph;
using MedStreams.Streams.State;

namespace MedStreams.Streams;

/// <summary>
/// A graph of sources, processors and sinks (Kafka Streams' Processor API). Usually a <c>StreamsBuilder</c> makes it; both ways
/// mix. Not safe for use by several threads while it is built; once running it must not change.
/// </summary>
public sealed class Topology
{
    private readonly Dictionary<string, NodeDefinition> _nodes = new(StringComparer.Ordinal);
    private readonly List<NodeDefinition> _order = [];
    private readonly Dictionary<string, StoreDefinition> _stores = new(StringComparer.Ordinal);
    private readonly List<string> _storeOrder = [];
    private readonly Dictionary<string, RepartitionTopic> _repartitionTopics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _sourceOfTopic = new(StringComparer.Ordinal);
    private readonly List<IReadOnlyList<string>> _copartitioned = [];
    private readonly Subtopologies _subtopologies = new();

    /// <summary>Topics that the engine makes between sub-topologies, named without the application id.</summary>
    internal IReadOnlyDictionary<string, RepartitionTopic> RepartitionTopics => _repartitionTopics;

    /// <summary>Groups of source topics that must have equally many partitions.</summary>
    internal IReadOnlyList<IReadOnlyList<string>> CopartitionGroups => _copartitioned;

    internal IReadOnlyList<NodeDefinition> Nodes => _order;

    /// <summary>Reads topics.</summary>
    /// <param name="name">The node's name, unique in the topology.</param>
    /// <param name="keySerde">Reads keys.</param>
    /// <param name="valueSerde">Reads values.</param>
    /// <param name="topics">The topics, at least one; a topic belongs to one source only.</param>
    /// <exception cref="TopologyException">A name or topic is taken, or there is no topic.</exception>
    public Topology AddSource<TKey, TValue>(
        string name, ISerde<TKey> keySerde, ISerde<TValue> valueSerde, params string[] topics) =>
        Add(new SourceDefinition<TKey, TValue>(name, topics, keySerde, valueSerde));

    /// <summary>Runs processors, one for each task.</summary>
    /// <param name="name">The node's name, unique in the topology.</param>
    /// <param name="supplier">Makes a new processor at each call.</param>
    /// <param name="parents">The nodes that it takes records from, at least one.</param>
    /// <exception cref="TopologyException">The name is taken, or a parent is missing.</exception>
    public Topology AddProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut>(
        string name, Func<IProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut>> supplier, params string[] parents) =>
        Add(new ProcessorDefinition<TKeyIn, TValueIn, TKeyOut, TValueOut>(name, parents, supplier));

    /// <summary>Writes to a topic.</summary>
    /// <param name="name">The node's name, unique in the topology.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="keySerde">Writes keys.</param>
    /// <param name="valueSerde">Writes values.</param>
    /// <param name="parents">The nodes that it takes records from, at least one.</param>
    /// <exception cref="TopologyException">The name is taken, or a parent is missing.</exception>
    public Topology AddSink<TKey, TValue>(
        string name, string topic, ISerde<TKey> keySerde, ISerde<TValue> valueSerde, params string[] parents) =>
        Add(new SinkDefinition<TKey, TValue>(name, parents, topic, null, keySerde, valueSerde));

    /// <summary>Adds a store and connects it to processors.</summary>
    /// <exception cref="TopologyException">Another store has that name, or a processor is missing.</exception>
    public Topology AddStateStore(IStoreBuilder builder, params string[] processors) =>
        AddStore(new StoreDefinition(builder, null), processors);

    /// <summary>Connects stores to a processor; processors that share a store are in one sub-topology.</summary>
    /// <exception cref="TopologyException">The processor or a store is missing.</exception>
    public Topology ConnectProcessorAndStateStores(string processor, params string[] stores)
    {
        if (!_nodes.TryGetValue(processor, out var node) || node is not ProcessorDefinition definition)
            throw new TopologyException($"There is no processor named {processor} to connect a store to.");
        foreach (var store in stores)
        {
            if (!_stores.ContainsKey(store))
                throw new TopologyException($"There is no store named {store}: add it before it is connected.");
            if (!definition.Stores.Contains(store))
                definition.Stores.Add(store);
            _subtopologies.Unite(processor, StoreKey(store));
        }

        return this;
    }

    /// <summary>The sub-topologies, their nodes and stores, as text in Kafka Streams' format, Mermaid, DOT or JSON.</summary>
    public TopologyDescription Describe() => TopologyDescription.Of(this);

    internal Topology Add(NodeDefinition node)
    {
        if (string.IsNullOrEmpty(node.Name))
            throw new TopologyException("A node needs a name.");
        if (_nodes.ContainsKey(node.Name))
            throw new TopologyException($"The name {node.Name} is taken by another node.");
        if (node is SourceDefinition source)
            AddTopics(source);
        else if (node.Parents.Count == 0)
            throw new TopologyException($"{node.Name} needs at least one parent.");
        foreach (var parent in node.Parents)
        {
            if (!_nodes.ContainsKey(parent) || parent == node.Name)
                throw new TopologyException($"{node.Name} names the parent {parent}, which is not there (yet).");
        }

        _nodes.Add(node.Name, node);
        _order.Add(node);
        _subtopologies.Add(node.Name);
        foreach (var parent in node.Parents)
            _subtopologies.Unite(parent, node.Name);
        return this;
    }

    internal Topology AddStore(StoreDefinition store, params string[] processors)
    {
        if (_stores.TryGetValue(store.Name, out var other) && !ReferenceEquals(other.Builder, store.Builder))
            throw new TopologyException($"The name {store.Name} is taken by another store.");
        if (_stores.TryAdd(store.Name, store))
        {
            _storeOrder.Add(store.Name);
            _subtopologies.Add(StoreKey(store.Name));
        }

        foreach (var processor in processors)
            ConnectProcessorAndStateStores(processor, store.Name);
        return this;
    }

    /// <summary>How a store's bytes lie; null where there is no such store, or it is not the engine's own.</summary>
    internal StoreLayout? LayoutOf(string store) =>
        _stores.TryGetValue(store, out var known) ? (known.Builder as IEngineStoreBuilder)?.Layout : null;

    internal Topology AddRepartitionTopic(RepartitionTopic topic)
    {
        _repartitionTopics[topic.Name] = topic;
        return this;
    }

    internal Topology Copartition(IReadOnlyList<string> sourceTopics)
    {
        _copartitioned.Add(sourceTopics);
        return this;
    }

    /// <summary>The sources of these names must have equally many partitions.</summary>
    internal void CopartitionSources(IEnumerable<string> sources)
    {
        var topics = sources.Select(s => _nodes[s]).OfType<SourceDefinition>().SelectMany(s => s.Topics).Distinct().ToArray();
        if (topics.Length > 1)
            Copartition(topics);
    }

    /// <summary>The sub-topologies, numbered as Kafka Streams numbers them: by their first node in the order of declaration.</summary>
    internal IReadOnlyList<Subtopology> Split()
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var node in _order)
            ids.TryAdd(_subtopologies.RootOf(node.Name), ids.Count);
        return
        [
            .. ids.Select(pair => new Subtopology(
                pair.Value,
                [.. _order.Where(n => _subtopologies.RootOf(n.Name) == pair.Key)],
                [
                    .. _storeOrder.Where(s => _subtopologies.RootOf(StoreKey(s)) == pair.Key)
                        .Select(s => _stores[s]),
                ])),
        ];
    }

    private static string StoreKey(string store) => "store:" + store;

    private void AddTopics(SourceDefinition source)
    {
        if (source.Topics.Count == 0)
            throw new TopologyException($"The source {source.Name} names no topic.");
        foreach (var topic in source.Topics)
        {
            if (!_sourceOfTopic.TryAdd(topic, source.Name))
            {
                throw new TopologyException(
                    $"The topic {topic} is read by {_sourceOfTopic[topic]} already: let {source.Name} share that source.");
            }
        }
    }
}

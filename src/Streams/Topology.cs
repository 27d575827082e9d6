using System.Text.RegularExpressions;
using MedStreams.Streams.Async;
using MedStreams.Streams.Graph;
using MedStreams.Streams.State;

namespace MedStreams.Streams;

/// <summary>
/// A graph of sources, processors and sinks (Kafka Streams' Processor API). Usually a <c>StreamsBuilder</c> makes it; both ways
/// mix. Not safe for use by several threads while it is built; once running it must not change.
/// </summary>
public sealed partial class Topology
{
    private readonly Dictionary<string, NodeDefinition> _nodes = new(StringComparer.Ordinal);
    private readonly List<NodeDefinition> _order = [];
    private readonly Dictionary<string, StoreDefinition> _stores = new(StringComparer.Ordinal);
    private readonly List<string> _storeOrder = [];
    private readonly Dictionary<string, RepartitionTopic> _repartitionTopics = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _sourceOfTopic = new(StringComparer.Ordinal);
    private readonly List<SourceDefinition> _patterns = [];
    private readonly HashSet<string> _globalNodes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _globalStores = new(StringComparer.Ordinal);
    private readonly List<IReadOnlyList<string>> _copartitioned = [];
    private readonly Subtopologies _subtopologies = new();

    /// <summary>Topics that the engine makes between sub-topologies, named without the application id.</summary>
    internal IReadOnlyDictionary<string, RepartitionTopic> RepartitionTopics => _repartitionTopics;

    /// <summary>Groups of sources whose topics must have equally many partitions.</summary>
    internal IReadOnlyList<IReadOnlyList<string>> CopartitionGroups => _copartitioned;

    internal IReadOnlyList<NodeDefinition> Nodes => _order;

    internal IReadOnlyList<string> StoreNames => _storeOrder;

    /// <summary>Reads topics.</summary>
    /// <param name="name">The node's name, unique in the topology.</param>
    /// <param name="keySerde">Reads keys.</param>
    /// <param name="valueSerde">Reads values.</param>
    /// <param name="topics">The topics, at least one; a topic belongs to one source only.</param>
    /// <exception cref="TopologyException">A name or topic is taken, or there is no topic.</exception>
    public Topology AddSource<TKey, TValue>(
        string name, ISerde<TKey> keySerde, ISerde<TValue> valueSerde, params string[] topics) =>
        Add(new SourceDefinition<TKey, TValue>(name, TopicSelection.Of(topics), keySerde, valueSerde));

    /// <summary>
    /// Reads all topics whose whole name matches a pattern, those too that are made later; they are found when the consumer refreshes what it
    /// knows of the cluster. Kafka's own topics and those of the application are left out.
    /// </summary>
    /// <param name="name">The node's name, unique in the topology.</param>
    /// <param name="keySerde">Reads keys.</param>
    /// <param name="valueSerde">Reads values.</param>
    /// <param name="pattern">The pattern; it must match no topic of another source.</param>
    /// <exception cref="TopologyException">The name is taken, or a topic of another source matches.</exception>
    public Topology AddSource<TKey, TValue>(string name, ISerde<TKey> keySerde, ISerde<TValue> valueSerde, Regex pattern) =>
        Add(new SourceDefinition<TKey, TValue>(name, TopicSelection.Of(pattern), keySerde, valueSerde));

    /// <summary>
    /// Keeps a store whole in every instance, filled from a topic by a processor of its own. All other processors may read it by name,
    /// without being connected, and none may write it. It is filled before the first record of any task is processed.
    /// </summary>
    /// <param name="builder">Makes the store. It has no changelog, whatever the builder says: the topic serves as one.</param>
    /// <param name="sourceName">The name of the node that reads the topic.</param>
    /// <param name="keySerde">Reads keys.</param>
    /// <param name="valueSerde">Reads values.</param>
    /// <param name="topic">The topic; no other source may read it.</param>
    /// <param name="processorName">The name of the node that fills the store.</param>
    /// <param name="supplier">Makes the processor that fills the store; it can forward nothing.</param>
    /// <param name="extractor">Takes times from records; null for the records' own.</param>
    /// <exception cref="TopologyException">A name or the topic is taken.</exception>
    public Topology AddGlobalStore<TKey, TValue, TKeyOut, TValueOut>(
        IStoreBuilder builder,
        string sourceName,
        ISerde<TKey> keySerde,
        ISerde<TValue> valueSerde,
        string topic,
        string processorName,
        Func<IProcessor<TKey, TValue, TKeyOut, TValueOut>> supplier,
        TimestampExtractor<TKey, TValue>? extractor = null) =>
        AddGlobalStore(
            builder,
            new SourceDefinition<TKey, TValue>(sourceName, TopicSelection.Of(topic), keySerde, valueSerde, extractor),
            new ProcessorDefinition<TKey, TValue, TKeyOut, TValueOut>(processorName, [sourceName], supplier));

    /// <summary>Runs processors, one for each task.</summary>
    /// <param name="name">The node's name, unique in the topology.</param>
    /// <param name="supplier">Makes a new processor at each call.</param>
    /// <param name="parents">The nodes that it takes records from, at least one.</param>
    /// <exception cref="TopologyException">The name is taken, or a parent is missing.</exception>
    public Topology AddProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut>(
        string name, Func<IProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut>> supplier, params string[] parents) =>
        Add(new ProcessorDefinition<TKeyIn, TValueIn, TKeyOut, TValueOut>(name, parents, supplier));

    /// <summary>Makes a call for each record, several at a time (see <see cref="AsyncOptions"/>), and forwards the results on the task's thread.</summary>
    /// <param name="name">The node's name, unique in the topology.</param>
    /// <param name="call">The call; it runs on threads of the pool, and may run again for a record.</param>
    /// <param name="options">How calls are made; null for the defaults.</param>
    /// <param name="parents">The nodes that it takes records from, at least one.</param>
    /// <exception cref="TopologyException">The name is taken, a parent is missing, or an option is wrong.</exception>
    public Topology AddAsyncProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut>(
        string name,
        AsyncProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut> call,
        AsyncOptions? options,
        params string[] parents) =>
        Add(new AsyncProcessorDefinition<TKeyIn, TValueIn, TKeyOut, TValueOut>(name, parents, call, options));

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
            if (_globalStores.Contains(store))
                throw new TopologyException($"The global store {store} is open to all processors: do not connect {processor} to it.");
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
            if (!_nodes.TryGetValue(parent, out var above))
                throw new TopologyException($"{node.Name} names the parent {parent}, which is not there (yet).");
            if (_globalNodes.Contains(parent))
                throw new TopologyException($"{parent} fills a global store and forwards nothing to {node.Name}.");
            RequireFitting(above, node);
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

    internal Topology AddGlobalStore(IStoreBuilder builder, SourceDefinition source, ProcessorDefinition processor)
    {
        Add(source);
        Add(processor);
        AddStore(new StoreDefinition(builder, null), processor.Name);
        _globalNodes.Add(processor.Name);
        _globalStores.Add(builder.Name);
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

    /// <summary>The topics of these sources must have equally many partitions.</summary>
    internal void CopartitionSources(IEnumerable<string> sources) =>
        _copartitioned.Add([.. sources.Where(s => _nodes[s] is SourceDefinition).Distinct(StringComparer.Ordinal)]);

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
                ])
            {
                IsGlobal = _globalNodes.Any(n => _subtopologies.RootOf(n) == pair.Key),
            }),
        ];
    }

    private static string StoreKey(string store) => "store:" + store;

    private void AddTopics(SourceDefinition source)
    {
        if (source.Topics.Count == 0 && source.Selection.Pattern is null)
            throw new TopologyException($"The source {source.Name} names no topic.");
        foreach (var taken in _sourceOfTopic.Keys.Where(t => source.Selection.Pattern is not null && source.Selection.Includes(t)))
            throw MatchedTwice(taken, source.Selection.Pattern!, _sourceOfTopic[taken]);
        foreach (var topic in source.Topics)
        {
            if (!_sourceOfTopic.TryAdd(topic, source.Name))
            {
                throw new TopologyException(
                    $"The topic {topic} is read by {_sourceOfTopic[topic]} already: let {source.Name} share that source.");
            }

            if (_patterns.Find(p => p.Selection.Includes(topic)) is { } other)
                throw MatchedTwice(topic, other.Selection.Pattern!, source.Name);
        }

        if (source.Selection.Pattern is not null)
            _patterns.Add(source);
    }

    /// <summary>A sink forwards nothing, and a node takes what its parent forwards.</summary>
    private static void RequireFitting(NodeDefinition parent, NodeDefinition child)
    {
        if (parent.IsEnd)
            throw new TopologyException($"{parent.Name} is a sink and can have no children such as {child.Name}.");
        if (parent.Output is { } output && child.Input is { } input && output != input)
        {
            throw new TopologyException(
                $"{child.Name} takes {Describe(input)}, but its parent {parent.Name} forwards {Describe(output)}.");
        }
    }

    private static string Describe(Type record) =>
        string.Join(" and ", record.GetGenericArguments().Select(SerdeResolver.Describe));

    private static TopologyException MatchedTwice(string topic, string pattern, string source) =>
        new($"The pattern {pattern} matches the topic {topic}, which {source} reads: a topic belongs to one source only.");
}

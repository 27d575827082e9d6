namespace MedStreams.Streams.Dsl.Logical;

/// <summary>
/// All steps of one builder, and the counter that numbers generated names. The counter moves exactly as Kafka Streams' does,
/// also for names that the user gave and for stores that are never made, so that both engines name alike.
/// </summary>
internal sealed class StreamsGraph(StreamsBuilderOptions options)
{
    private readonly Root _root = new();
    private readonly List<IReadOnlyList<string>> _copartitioned = [];
    private readonly HashSet<IStoreBuilder> _stores = new(ReferenceEqualityComparer.Instance);
    private readonly List<string> _generated = [];
    private int _index;
    private int _priority;

    public GraphNode RootNode => _root;

    public StreamsBuilderOptions Options { get; } = options;

    public SerdeResolver Serdes { get; } = options.CreateResolver();

    /// <summary>The next generated name of a node.</summary>
    public string NewName(string prefix)
    {
        var name = $"{prefix}{_index++:D10}";
        _generated.Add(name);
        return name;
    }

    /// <summary>The next generated name of a store.</summary>
    public string NewStoreName(string prefix) => NewName(prefix + "STATE-STORE-");

    /// <summary>The user's name where there is one; the counter moves in both cases.</summary>
    public string NameOr(string? name, string prefix)
    {
        var generated = NewName(prefix);
        return name is null ? generated : Named.Validate(name);
    }

    /// <summary>The user's name with a suffix where there is one; the counter moves in both cases.</summary>
    public string NameOr(string? name, string suffix, string prefix)
    {
        var generated = NewName(prefix);
        return name is null ? generated : Named.Validate(name + suffix);
    }

    /// <summary>Adds stores that no other step has added yet; answers their names.</summary>
    public IReadOnlyList<string> AddStores(IReadOnlyList<IStoreBuilder> stores)
    {
        foreach (var store in stores)
        {
            if (_stores.Add(store))
                Add(_root, new StateStoreNode(store));
        }

        return [.. stores.Select(s => s.Name)];
    }

    public void Add(GraphNode parent, GraphNode child)
    {
        parent.AddChild(child);
        child.BuildPriority = _priority++;
    }

    /// <summary>Topics of these sources must have equally many partitions.</summary>
    public void Copartition(IReadOnlyList<string> sourceNodes) => _copartitioned.Add(sourceNodes);

    /// <summary>A source took the place of another.</summary>
    public void ReplaceSource(string old, string now)
    {
        for (var i = 0; i < _copartitioned.Count; i++)
            _copartitioned[i] = [.. _copartitioned[i].Select(s => s == old ? now : s).Distinct(StringComparer.Ordinal)];
    }

    public Topology Build()
    {
        SourceMerger.Merge(this);
        Optimizer.Apply(this);
        NullKeyRule.Apply(_root);
        var topology = new Topology();
        var writer = new TopologyWriter(topology, Serdes, Options.DefaultDslStore);
        var queue = new PriorityQueue<GraphNode, int>();
        queue.Enqueue(_root, -1);
        while (queue.TryDequeue(out var node, out _))
        {
            if (node.IsWritten || !node.Parents.All(p => p.IsWritten))
                continue;
            node.Write(writer);
            node.IsWritten = true;
            foreach (var child in node.Children)
                queue.Enqueue(child, child.BuildPriority);
        }

        foreach (var sources in _copartitioned)
            topology.CopartitionSources(sources);
        if (Options.EnsureExplicitInternalResourceNaming)
            RequireNames(topology);
        return topology;
    }

    /// <summary>Refuses names that were generated for what outlives a topology: stores, with their changelogs, and repartition topics.</summary>
    private void RequireNames(Topology topology)
    {
        var unnamed = topology.StoreNames.Concat(topology.RepartitionTopics.Keys)
            .Where(name => _generated.Exists(g => name.StartsWith(g, StringComparison.Ordinal)))
            .ToArray();
        if (unnamed.Length > 0)
        {
            throw new TopologyException(
                $"Stores and repartition topics must be named, and these are not: {string.Join(", ", unnamed)}. Name them with "
                + "Materialized, Grouped, Joined, StreamJoined, TableJoined, Repartitioned or Suppressed.");
        }
    }

    private sealed class Root() : GraphNode("root")
    {
        public override void Write(TopologyWriter writer)
        {
        }
    }
}

using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Graph;

/// <summary>A topic that the engine itself makes between two sub-topologies.</summary>
/// <param name="Name">The name without the application id.</param>
/// <param name="Partitions">How many partitions; null: as many as the largest source topic beside it.</param>
internal sealed record RepartitionTopic(string Name, int? Partitions);

/// <summary>A store of a sub-topology.</summary>
/// <param name="Builder">Makes it.</param>
/// <param name="SourceTopic">The source topic that serves as its changelog; null for a changelog of its own.</param>
internal sealed record StoreDefinition(IStoreBuilder Builder, string? SourceTopic)
{
    public string Name => Builder.Name;
}

/// <summary>Nodes that hang together: one task of it for each partition of its source topics.</summary>
/// <param name="Id">From 0, as <c>Describe()</c> numbers them.</param>
/// <param name="Nodes">In the order of declaration.</param>
/// <param name="Stores">In the order of declaration.</param>
internal sealed record Subtopology(int Id, IReadOnlyList<NodeDefinition> Nodes, IReadOnlyList<StoreDefinition> Stores)
{
    /// <summary>Topics it reads, as the user and the DSL named them (internal ones without the application id).</summary>
    public IEnumerable<string> SourceTopics => Nodes.OfType<SourceDefinition>().SelectMany(s => s.Topics);

    /// <summary>Topics it writes by a fixed name.</summary>
    public IEnumerable<string> SinkTopics => Nodes.OfType<SinkDefinition>().Select(s => s.Topic).OfType<string>();

    /// <summary>The graph of one task. Stores must be registered in the context before <see cref="TaskGraph.Init"/>.</summary>
    public TaskGraph Build(TaskContext task)
    {
        var nodes = new Dictionary<string, ProcessorNode>(StringComparer.Ordinal);
        var sources = new Dictionary<string, SourceNode>(StringComparer.Ordinal);
        foreach (var definition in Nodes)
        {
            var node = definition.Create(task);
            nodes.Add(definition.Name, node);
            foreach (var parent in definition.Parents)
                nodes[parent].AddChild(node);
            if (definition is SourceDefinition source)
            {
                foreach (var topic in source.Topics)
                    sources.Add(topic, (SourceNode)node);
            }
        }

        return new TaskGraph([.. nodes.Values], sources);
    }
}

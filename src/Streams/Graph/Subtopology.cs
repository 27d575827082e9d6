using System.Collections.Immutable;
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
    /// <summary>True for a store that every instance keeps whole: it has no tasks.</summary>
    public bool IsGlobal { get; init; }

    /// <summary>The topics that patterns chose, by source; see <see cref="Bind"/>.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Matched { get; init; } =
        ImmutableDictionary<string, IReadOnlyList<string>>.Empty;

    /// <summary>
    /// Topics it reads, as the user and the DSL named them (internal ones without the application id), and those that patterns chose.
    /// </summary>
    public IEnumerable<string> SourceTopics => Nodes.OfType<SourceDefinition>().SelectMany(TopicsOf);

    /// <summary>Topics it writes by a fixed name.</summary>
    public IEnumerable<string> SinkTopics => Nodes.OfType<SinkDefinition>().Select(s => s.Topic).OfType<string>();

    /// <summary>All global stores with what fills them, as one, since one thread keeps them; null where there are none.</summary>
    public static Subtopology? GlobalOf(IEnumerable<Subtopology> all)
    {
        Subtopology[] globals = [.. all.Where(s => s.IsGlobal)];
        return globals.Length == 0
            ? null
            : new Subtopology(
                TaskId.Global.Subtopology, [.. globals.SelectMany(g => g.Nodes)], [.. globals.SelectMany(g => g.Stores)])
            {
                IsGlobal = true,
            };
    }

    /// <summary>The topics of a source.</summary>
    public IReadOnlyList<string> TopicsOf(SourceDefinition source) =>
        source.Selection.Pattern is null ? source.Topics : Matched.GetValueOrDefault(source.Name) ?? [];

    /// <summary>The same with patterns replaced by what they choose.</summary>
    /// <param name="topics">The topics that patterns may choose from.</param>
    public Subtopology Bind(IReadOnlyCollection<string> topics) =>
        Nodes.OfType<SourceDefinition>().All(s => s.Selection.Pattern is null)
            ? this
            : this with
            {
                Matched = Nodes.OfType<SourceDefinition>().Where(s => s.Selection.Pattern is not null).ToDictionary(
                    s => s.Name,
                    IReadOnlyList<string> (s) => [.. topics.Where(s.Selection.Includes).Order(StringComparer.Ordinal)],
                    StringComparer.Ordinal),
            };

    /// <summary>The graph of one task. Stores must be registered in the context before <see cref="TaskGraph.Init"/>.</summary>
    public TaskGraph Build(TaskContext task)
    {
        var nodes = new Dictionary<string, ProcessorNode>(StringComparer.Ordinal);
        var sources = new List<(TopicSelection Topics, SourceNode Node)>();
        foreach (var definition in Nodes)
        {
            var node = definition.Create(task);
            nodes.Add(definition.Name, node);
            foreach (var parent in definition.Parents)
                nodes[parent].AddChild(node);
            if (definition is SourceDefinition source)
                sources.Add((source.Selection, (SourceNode)node));
        }

        return new TaskGraph([.. nodes.Values], sources);
    }
}

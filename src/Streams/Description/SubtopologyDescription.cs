using System.Text;
using MedStreams.Streams.Graph;

namespace MedStreams.Streams;

/// <summary>Nodes that hang together and run as one task for each partition, or fill a global store in each instance.</summary>
public sealed class SubtopologyDescription
{
    private SubtopologyDescription(int id, bool isGlobal, IReadOnlyList<NodeDescription> nodes) =>
        (Id, IsGlobal, Nodes) = (id, isGlobal, nodes);

    /// <summary>From 0; the first half of its tasks' ids.</summary>
    public int Id { get; }

    /// <summary>True where it fills a global store and has no tasks.</summary>
    public bool IsGlobal { get; }

    /// <summary>The nodes, those with most below them first.</summary>
    public IReadOnlyList<NodeDescription> Nodes { get; }

    internal static SubtopologyDescription Of(Subtopology subtopology)
    {
        var drafts = new Dictionary<string, Draft>(StringComparer.Ordinal);
        foreach (var definition in JavaHashOrder.Sort(subtopology.Nodes, n => n.Name))
            drafts.Add(definition.Name, new Draft(definition));
        foreach (var draft in drafts.Values)
        {
            foreach (var parent in draft.Definition.Parents.Select(p => drafts[p]))
            {
                draft.Predecessors.Add(parent);
                parent.Successors.Add(draft);
                parent.Grow(draft.Size);
            }
        }

        return new SubtopologyDescription(
            subtopology.Id,
            subtopology.IsGlobal,
            [
                .. drafts.Values.Order(Comparer<Draft>.Create(Draft.Compare)).Select(d => d.Describe()),
            ]);
    }

    internal void AppendTo(StringBuilder text)
    {
        text.Append($"Sub-topology: {Id}{(IsGlobal ? " for global store (will not generate tasks)" : "")}\n");
        foreach (var node in Nodes)
            node.AppendTo(text);
        if (!IsGlobal)
            text.Append('\n');
    }

    /// <summary>A node whose size, the number of paths below it plus one, is still being counted.</summary>
    private sealed class Draft(NodeDefinition definition)
    {
        public NodeDefinition Definition { get; } = definition;

        public string Name => Definition.Name;

        public int Size { get; private set; } = 1;

        public JavaTreeSet<Draft> Predecessors { get; } = new(Compare);

        public JavaTreeSet<Draft> Successors { get; } = new(Compare);

        public void Grow(int delta)
        {
            Size += delta;
            foreach (var predecessor in Predecessors.InOrder())
                predecessor.Grow(delta);
        }

        public NodeDescription Describe() =>
            new(
                Name,
                Definition switch
                {
                    SourceDefinition => NodeKind.Source,
                    SinkDefinition => NodeKind.Sink,
                    ProcessorDefinition => NodeKind.Processor,
                    _ => NodeKind.External,
                },
                Definition switch
                {
                    SourceDefinition { Selection.Pattern: { } pattern } => [pattern],
                    SourceDefinition source => [.. JavaHashOrder.Sort(source.Topics, t => t)],
                    SinkDefinition { Topic: { } topic } => [topic],
                    _ => [],
                },
                Definition is ProcessorDefinition processor ? [.. JavaHashOrder.Sort(processor.Stores, s => s)] : [],
                [.. Predecessors.InOrder().Select(n => n.Name)],
                [.. Successors.InOrder().Select(n => n.Name)])
            {
                HasPattern = Definition is SourceDefinition { Selection.Pattern: not null },
            };

        /// <summary>Larger ones first, then by name.</summary>
        public static int Compare(Draft one, Draft other) =>
            one.Size != other.Size ? other.Size - one.Size : string.CompareOrdinal(one.Name, other.Name);
    }
}

using System.Text;

namespace MedStreams.Streams;

/// <summary>What a topology consists of. Immutable.</summary>
public sealed class TopologyDescription
{
    private TopologyDescription(IReadOnlyList<SubtopologyDescription> subtopologies) => Subtopologies = subtopologies;

    /// <summary>The sub-topologies by id.</summary>
    public IReadOnlyList<SubtopologyDescription> Subtopologies { get; }

    internal static TopologyDescription Of(Topology topology) =>
        new([.. topology.Split().Select(SubtopologyDescription.Of)]);

    /// <summary>Kafka Streams' text (<c>Topology.describe()</c>), to the letter.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("Topologies:\n ");
        foreach (var subtopology in Subtopologies)
            subtopology.AppendTo(text.Append("  "));
        return text.ToString();
    }

    /// <summary>A flow chart in Mermaid's language; topics and stores are drawn beside the nodes.</summary>
    public string ToMermaid() => DiagramWriter.Mermaid(this);

    /// <summary>A directed graph in Graphviz' language; topics and stores are drawn beside the nodes.</summary>
    public string ToDot() => DiagramWriter.Dot(this);

    /// <summary>
    /// JSON: <c>{"subtopologies":[{"id":..,"global":..,"nodes":[{"name":..,"kind":"source|processor|sink|external",
    /// "topics":[..],"pattern":..,"stores":[..],"predecessors":[..],"successors":[..]}]}]}</c>.
    /// </summary>
    public string ToJson() => DescriptionJson.Write(this);
}

/// <summary>What a node is.</summary>
public enum NodeKind
{
    /// <summary>Reads topics.</summary>
    Source,

    /// <summary>Runs an operator of the DSL or a processor of the user's.</summary>
    Processor,

    /// <summary>Writes to topics.</summary>
    Sink,

    /// <summary>Writes to a target outside Kafka.</summary>
    External,
}

/// <summary>A node of a topology.</summary>
/// <param name="Name">Its name, unique in the topology.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Topics">
/// Topics that it reads or writes, internal ones without the application id; none where an extractor chooses; the pattern where one
/// chooses.
/// </param>
/// <param name="Stores">Stores that it uses.</param>
/// <param name="Predecessors">Nodes that it takes records from.</param>
/// <param name="Successors">Nodes that it hands records to.</param>
public sealed record NodeDescription(
    string Name,
    NodeKind Kind,
    IReadOnlyList<string> Topics,
    IReadOnlyList<string> Stores,
    IReadOnlyList<string> Predecessors,
    IReadOnlyList<string> Successors)
{
    /// <summary>True where <see cref="Topics"/> holds the pattern of the topics' names.</summary>
    public bool HasPattern { get; init; }

    internal void AppendTo(StringBuilder text)
    {
        switch (Kind)
        {
            case NodeKind.Source:
                text.Append($"    Source: {Name} (topics: {(HasPattern ? Topics[0] : List(Topics))})\n      --> {Names(Successors)}\n");
                break;
            case NodeKind.Sink:
                var to = Topics.Count == 0 ? "extractor class: *" : $"topic: {Topics[0]}";
                text.Append($"    Sink: {Name} ({to})\n      <-- {Names(Predecessors)}\n");
                break;
            case NodeKind.External:
                text.Append($"    Sink: {Name} (external)\n      <-- {Names(Predecessors)}\n");
                break;
            default:
                text.Append($"    Processor: {Name} (stores: {List(Stores)})\n");
                text.Append($"      --> {Names(Successors)}\n      <-- {Names(Predecessors)}\n");
                break;
        }
    }

    private static string List(IReadOnlyList<string> names) => $"[{string.Join(", ", names)}]";

    private static string Names(IReadOnlyList<string> names) => names.Count == 0 ? "none" : string.Join(", ", names);
}

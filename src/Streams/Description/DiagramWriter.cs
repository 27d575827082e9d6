using System.Text;

namespace MedStreams.Streams;

/// <summary>Draws a description: one box for each sub-topology, topics between them, stores beside the nodes that use them.</summary>
internal static class DiagramWriter
{
    public static string Mermaid(TopologyDescription description)
    {
        var text = new StringBuilder("flowchart TD\n");
        foreach (var subtopology in description.Subtopologies)
        {
            text.Append($"  subgraph s{subtopology.Id}[\"Sub-topology {subtopology.Id}\"]\n");
            foreach (var node in subtopology.Nodes)
            {
                var (open, close) = node.Kind switch
                {
                    NodeKind.Processor => ("[", "]"),
                    NodeKind.External => ("[[", "]]"),
                    _ => ("([", "])"),
                };
                text.Append($"    {Id("n", node.Name)}{open}\"{node.Name}\"{close}\n");
            }

            foreach (var store in Stores(subtopology))
                text.Append($"    {Id("st", store)}[(\"{store}\")]\n");
            foreach (var (from, to) in Edges(subtopology))
                text.Append($"    {Id("n", from)} --> {Id("n", to)}\n");
            foreach (var (node, store) in StoreUses(subtopology))
                text.Append($"    {Id("n", node)} --- {Id("st", store)}\n");
            text.Append("  end\n");
        }

        foreach (var topic in Topics(description))
            text.Append($"  {Id("t", topic)}>\"{topic}\"]\n");
        foreach (var (node, topic, isSource) in TopicUses(description))
        {
            text.Append(isSource
                ? $"  {Id("t", topic)} --> {Id("n", node)}\n"
                : $"  {Id("n", node)} --> {Id("t", topic)}\n");
        }

        return text.ToString();
    }

    public static string Dot(TopologyDescription description)
    {
        var text = new StringBuilder("digraph topology {\n");
        foreach (var subtopology in description.Subtopologies)
        {
            text.Append($"  subgraph cluster_{subtopology.Id} {{\n");
            text.Append($"    label=\"Sub-topology {subtopology.Id}\";\n");
            foreach (var node in subtopology.Nodes)
            {
                var shape = node.Kind switch
                {
                    NodeKind.Processor => "box",
                    NodeKind.External => "component",
                    _ => "ellipse",
                };
                text.Append($"    \"{node.Name}\" [shape={shape}];\n");
            }

            foreach (var store in Stores(subtopology))
                text.Append($"    \"store:{store}\" [shape=cylinder, label=\"{store}\"];\n");
            foreach (var (from, to) in Edges(subtopology))
                text.Append($"    \"{from}\" -> \"{to}\";\n");
            foreach (var (node, store) in StoreUses(subtopology))
                text.Append($"    \"{node}\" -> \"store:{store}\" [dir=none, style=dashed];\n");
            text.Append("  }\n");
        }

        foreach (var topic in Topics(description))
            text.Append($"  \"topic:{topic}\" [shape=cds, label=\"{topic}\"];\n");
        foreach (var (node, topic, isSource) in TopicUses(description))
        {
            text.Append(isSource
                ? $"  \"topic:{topic}\" -> \"{node}\";\n"
                : $"  \"{node}\" -> \"topic:{topic}\";\n");
        }

        return text.Append("}\n").ToString();
    }

    private static IEnumerable<string> Stores(SubtopologyDescription subtopology) =>
        subtopology.Nodes.SelectMany(n => n.Stores).Distinct(StringComparer.Ordinal);

    private static IEnumerable<(string From, string To)> Edges(SubtopologyDescription subtopology) =>
        subtopology.Nodes.SelectMany(n => n.Successors, (n, successor) => (n.Name, successor));

    private static IEnumerable<(string Node, string Store)> StoreUses(SubtopologyDescription subtopology) =>
        subtopology.Nodes.SelectMany(n => n.Stores, (n, store) => (n.Name, store));

    private static IEnumerable<string> Topics(TopologyDescription description) =>
        description.Subtopologies.SelectMany(s => s.Nodes).SelectMany(n => n.Topics).Distinct(StringComparer.Ordinal);

    private static IEnumerable<(string Node, string Topic, bool IsSource)> TopicUses(TopologyDescription description) =>
        description.Subtopologies.SelectMany(s => s.Nodes)
            .SelectMany(n => n.Topics, (n, topic) => (n.Name, topic, n.Kind == NodeKind.Source));

    /// <summary>An identifier of letters, digits and underscores that no other name has.</summary>
    private static string Id(string kind, string name)
    {
        var id = new StringBuilder(kind).Append('_');
        foreach (var character in name)
        {
            if (char.IsAsciiLetterOrDigit(character))
                id.Append(character);
            else
                id.Append('_').Append((int)character).Append('_');
        }

        return id.ToString();
    }
}

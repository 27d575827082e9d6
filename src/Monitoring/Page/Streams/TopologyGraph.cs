using MedStreams.Streams;

namespace MedStreams.Monitoring.Page;

/// <summary><c>GET /api/topology</c>: the graph of nodes, topics and stores, which does not change while the instance lives.</summary>
internal sealed class TopologyGraph(TopologyDescription description, string name) : IPageResource
{
    private readonly PageReply _reply = PageReply.Json(Describe(description, name));

    public string Pattern => "topology";

    public ValueTask<PageReply> GetAsync(PageRequest request, CancellationToken cancellationToken) => new(_reply);

    private static object Describe(TopologyDescription description, string name)
    {
        var nodes = description.Subtopologies.SelectMany(s => s.Nodes).ToList();
        return new
        {
            Name = name,
            Subtopologies = description.Subtopologies.Select(s => new
            {
                s.Id,
                s.IsGlobal,
                Nodes = s.Nodes.Select(n => new { n.Name, n.Kind, n.Topics, IsPattern = n.HasPattern, n.Stores, n.Successors }),
            }),
            Topics = nodes.SelectMany(n => n.Topics).Distinct().Order(StringComparer.Ordinal),
            Stores = nodes.SelectMany(n => n.Stores).Distinct().Order(StringComparer.Ordinal),
            Edges = nodes.SelectMany(Edges),
        };
    }

    private static IEnumerable<Edge> Edges(NodeDescription node) =>
    [
        .. node.Topics.Select(t => node.Kind == NodeKind.Source ? new Edge($"topic:{t}", $"node:{node.Name}", "read") : new Edge($"node:{node.Name}", $"topic:{t}", "write")),
        .. node.Stores.Select(s => new Edge($"node:{node.Name}", $"store:{s}", "store")),
        .. node.Successors.Select(s => new Edge($"node:{node.Name}", $"node:{s}", "node")),
    ];

    private sealed record Edge(string From, string To, string Kind);
}

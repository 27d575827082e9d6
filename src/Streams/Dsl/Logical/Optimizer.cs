using MedStreams.Streams.Dsl.StreamJoins;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>Rewrites the steps of a builder before nodes are made of them (<c>topology.optimization</c>).</summary>
internal static class Optimizer
{
    public static void Apply(StreamsGraph graph)
    {
        var wanted = graph.Options.Optimizations;
        if (wanted.HasFlag(TopologyOptimizations.ReuseTableSourceTopics))
        {
            foreach (var table in All(graph.RootNode).OfType<TableSourceGraphNode>())
                table.ReusesTopic = true;
        }

        if (wanted.HasFlag(TopologyOptimizations.MergeRepartitionTopics))
            RepartitionMerger.Merge(graph);
        if (wanted.HasFlag(TopologyOptimizations.SingleStoreSelfJoin))
        {
            foreach (var join in All(graph.RootNode).OfType<StreamJoinGraphNode>().ToArray())
                join.Optimize();
        }
    }

    /// <summary>All steps, each once, in the order in which they were declared.</summary>
    public static IReadOnlyList<GraphNode> All(GraphNode root)
    {
        var seen = new HashSet<GraphNode>();
        var pending = new Stack<GraphNode>([root]);
        while (pending.TryPop(out var node))
        {
            if (!seen.Add(node))
                continue;
            foreach (var child in node.Children)
                pending.Push(child);
        }

        return [.. seen.OrderBy(n => n.BuildPriority)];
    }
}

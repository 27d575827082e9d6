namespace MedStreams.Streams.Dsl.Logical;

/// <summary>
/// Keeps records without key out of repartition topics, unless a join that answers such records (left, outer; KIP-962) lies
/// somewhere downstream.
/// </summary>
internal static class NullKeyRule
{
    public static void Apply(GraphNode root)
    {
        var visited = new HashSet<GraphNode>();
        var wanted = new HashSet<GraphNode>();
        Visit(root);
        foreach (var node in visited.OfType<RepartitionNode>())
            node.DropsNullKeys = !wanted.Contains(node);

        void Visit(GraphNode node)
        {
            if (visited.Contains(node))
                return;
            foreach (var child in node.Children)
            {
                Visit(child);
                if (child.AnswersNullKeys || wanted.Contains(child))
                    wanted.Add(node);
            }

            visited.Add(node);
        }
    }
}

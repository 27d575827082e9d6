namespace MedStreams.Streams.Dsl.Logical;

/// <summary>
/// Makes one repartition topic of those behind one key-changing step: the stream goes through it right behind that step, and what lay
/// between reads from there. Steps that change values lie between none: those keep their own topics.
/// </summary>
internal static class RepartitionMerger
{
    public static void Merge(StreamsGraph graph)
    {
        foreach (var (changer, repartitions) in ByKeyChanger(graph.RootNode))
        {
            if (repartitions.Count == 0)
                continue;
            var merged = repartitions[0].CreateMerged(graph, repartitions);
            merged.BuildPriority = changer.BuildPriority;
            foreach (var repartition in repartitions)
            {
                var below = FindUp(repartition, node => node.Parents.Contains(changer))
                    ?? throw new InvalidOperationException($"{repartition.Name} is not below {changer.Name}.");
                merged.AddChild(below);
                changer.RemoveChild(below);
                var parents = repartition.Parents.ToArray();
                foreach (var child in repartition.Children.ToArray())
                {
                    foreach (var parent in parents)
                        parent.AddChild(child);
                    repartition.RemoveChild(child);
                }

                foreach (var parent in parents)
                    parent.RemoveChild(repartition);
                graph.ReplaceSource(repartition.Name, merged.Name);
            }

            changer.AddChild(merged);
        }
    }

    private static List<(GraphNode Changer, List<RepartitionNode> Repartitions)> ByKeyChanger(GraphNode root)
    {
        var changers = new List<(GraphNode Changer, List<RepartitionNode> Repartitions)>();
        foreach (var node in Optimizer.All(root))
        {
            if (node.IsKeyChanging)
                changers.Add((node, []));
            else if (node is RepartitionNode { IsOptimizable: true } repartition && ChangerOf(node) is { } changer)
                changers.Find(c => c.Changer == changer).Repartitions.Add(repartition);
        }

        Regroup(changers, Optimizer.All(root).Where(n => n.IsMerge));
        return changers;
    }

    /// <summary>Where key-changing steps meet in a merge before their repartition topics, the merge takes their place.</summary>
    private static void Regroup(
        List<(GraphNode Changer, List<RepartitionNode> Repartitions)> changers, IEnumerable<GraphNode> merges)
    {
        var replaced = new HashSet<GraphNode>();
        var added = new List<(GraphNode Changer, List<RepartitionNode> Repartitions)>();
        foreach (var merge in merges)
        {
            var above = changers
                .Where(c => c.Repartitions.TrueForAll(r => FindUp(r, n => n.Parents.Contains(merge)) is not null)
                    && FindUp(merge, n => n.Parents.Contains(c.Changer)) is not null)
                .ToArray();
            added.Add((merge, [.. above.SelectMany(c => c.Repartitions).Distinct()]));
            replaced.UnionWith(above.Select(c => c.Changer));
        }

        changers.RemoveAll(c => replaced.Contains(c.Changer));
        changers.AddRange(added);
    }

    private static GraphNode? ChangerOf(GraphNode repartition)
    {
        var changer = FindUp(repartition, node => node.IsKeyChanging);
        return changer is not null && changer == FindUp(repartition, node => node.IsKeyChanging || node.IsValueChanging)
            ? changer
            : null;
    }

    /// <summary>The first step upwards, this one included, for which a condition holds; of several parents the last way counts.</summary>
    private static GraphNode? FindUp(GraphNode node, Func<GraphNode, bool> holds)
    {
        if (holds(node))
            return node;
        GraphNode? found = null;
        foreach (var parent in node.Parents)
        {
            if (holds(parent))
                return parent;
            found = FindUp(parent, holds);
        }

        return found;
    }
}

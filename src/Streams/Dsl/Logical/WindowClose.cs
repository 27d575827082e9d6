namespace MedStreams.Streams.Dsl.Logical;

/// <summary>Finds how long windows of a table can still change after their end.</summary>
internal static class WindowClose
{
    /// <summary>The largest delay of the windowed aggregations that a step comes from, in milliseconds.</summary>
    /// <exception cref="TopologyException">There is a way to the step without one.</exception>
    public static long DelayOf(GraphNode node)
    {
        if (node is OperatorNode { CloseDelayMs: { } delay })
            return delay;
        if (node.Parents.Count == 0)
            throw new TopologyException("Windows close only behind windowed aggregations, and there is none upstream.");
        return node.Parents.Max(DelayOf);
    }
}

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>Tells where tables keep versions, as Kafka Streams does (KIP-914): a property of a node's output, or of all its parents'.</summary>
internal static class VersionedSemantics
{
    /// <summary>True where the input of a node is versioned.</summary>
    public static bool AppliesTo(GraphNode node) => node.Parents.Count > 0 && node.Parents.All(IsVersioned);

    /// <summary>True where the output of a node is versioned.</summary>
    public static bool IsVersioned(GraphNode node) => node.IsOutputVersioned ?? AppliesTo(node);
}

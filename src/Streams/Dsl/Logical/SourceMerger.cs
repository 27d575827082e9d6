namespace MedStreams.Streams.Dsl.Logical;

/// <summary>Lets streams that read the same topics share one source, since a topic belongs to one source only.</summary>
internal static class SourceMerger
{
    /// <summary>Merges the sources of a graph.</summary>
    /// <exception cref="TopologyException">Two sources share some topics, but not all.</exception>
    public static void Merge(StreamsGraph graph)
    {
        var byTopic = new Dictionary<string, StreamSourceNode>(StringComparer.Ordinal);
        foreach (var source in graph.RootNode.Children.OfType<StreamSourceNode>().ToArray())
        {
            StreamSourceNode? main = null;
            foreach (var topic in source.Topics)
            {
                if (!byTopic.TryAdd(topic, source) && byTopic[topic] != source)
                    main = byTopic[topic];
            }

            if (main is null)
                continue;
            if (!main.Topics.ToHashSet(StringComparer.Ordinal).SetEquals(source.Topics))
            {
                throw new TopologyException(
                    $"{main.Name} and {source.Name} read some topics in common but not all: let both read the same topics.");
            }

            main.TakeOver(source);
            graph.RootNode.RemoveChild(source);
            graph.ReplaceSource(source.Name, main.Name);
        }
    }
}

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>Lets streams that read the same topics share one source, since a topic belongs to one source only.</summary>
internal static class SourceMerger
{
    /// <summary>Merges the sources of a graph.</summary>
    /// <exception cref="TopologyException">Two sources share some topics, but not all.</exception>
    public static void Merge(StreamsGraph graph)
    {
        var byTopic = new Dictionary<string, StreamSourceNode>(StringComparer.Ordinal);
        var patterns = new List<StreamSourceNode>();
        foreach (var source in graph.RootNode.Children.OfType<StreamSourceNode>().ToArray())
        {
            var main = source.Selection.Pattern is null ? null : patterns.Find(p => p.Selection.IsSameAs(source.Selection));
            if (source.Selection.Pattern is not null && main is null)
                patterns.Add(source);
            foreach (var topic in source.Topics)
            {
                if (!byTopic.TryAdd(topic, source) && byTopic[topic] != source)
                    main = byTopic[topic];
            }

            if (main is null)
                continue;
            if (!main.Selection.IsSameAs(source.Selection))
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

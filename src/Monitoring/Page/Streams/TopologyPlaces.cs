using MedStreams.Streams;

namespace MedStreams.Monitoring.Page;

/// <summary>Which sub-topology reads a topic. Immutable.</summary>
internal sealed class TopologyPlaces(TopologyDescription description, string applicationId)
{
    private readonly Dictionary<string, int> _subtopologies = description.Subtopologies
        .Where(s => !s.IsGlobal)
        .SelectMany(s => s.Nodes.Where(n => n.Kind == NodeKind.Source && !n.HasPattern).SelectMany(n => n.Topics).Select(t => (Topic: t, s.Id)))
        .DistinctBy(t => t.Topic)
        .ToDictionary(t => t.Topic, t => t.Id, StringComparer.Ordinal);

    /// <summary>The task that reads a partition; null where that does not follow from the topology. Internal topics have the application's name in front.</summary>
    public (int Subtopology, int Partition)? TaskOf(TopicPartition input)
    {
        var prefix = applicationId + "-";
        return _subtopologies.TryGetValue(input.Topic, out var id)
            || (input.Topic.StartsWith(prefix, StringComparison.Ordinal) && _subtopologies.TryGetValue(input.Topic[prefix.Length..], out id))
            ? (id, input.Partition)
            : null;
    }
}

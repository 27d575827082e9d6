using MedStreams.Streams.Metrics;

namespace MedStreams.Streams.Processing;

/// <summary>The nodes of one task.</summary>
internal sealed class TaskGraph(
    IReadOnlyList<ProcessorNode> nodes, IReadOnlyDictionary<string, SourceNode> sources)
{
    /// <summary>Sources by the topic they read, named as in the topology.</summary>
    public IReadOnlyDictionary<string, SourceNode> Sources { get; } = sources;

    /// <summary>The nodes that write to targets outside Kafka.</summary>
    public IReadOnlyList<ExternalSinkNode> ExternalSinks { get; } = [.. nodes.OfType<ExternalSinkNode>()];

    public void Measure(TaskMetrics metrics)
    {
        foreach (var node in nodes)
            node.Measure(metrics);
    }

    public void Init()
    {
        foreach (var node in nodes)
            node.Init();
    }

    public void Close()
    {
        foreach (var node in nodes)
            node.Close();
    }
}

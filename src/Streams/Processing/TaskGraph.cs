using MedStreams.Streams.Async;
using MedStreams.Streams.Graph;
using MedStreams.Streams.Metrics;

namespace MedStreams.Streams.Processing;

/// <summary>The nodes of one task.</summary>
internal sealed class TaskGraph(
    IReadOnlyList<ProcessorNode> nodes, IReadOnlyList<(TopicSelection Topics, SourceNode Node)> sources)
{
    /// <summary>The nodes that write to targets outside Kafka.</summary>
    public IReadOnlyList<ExternalSinkNode> ExternalSinks { get; } = [.. nodes.OfType<ExternalSinkNode>()];

    /// <summary>The nodes that make calls.</summary>
    public ICallNode[] CallNodes { get; } = [.. nodes.OfType<ICallNode>()];

    public void Measure(TaskMetrics metrics)
    {
        foreach (var node in nodes)
            node.Measure(metrics);
    }

    /// <summary>The source that reads a topic, named as in the topology.</summary>
    public SourceNode SourceOf(string topic)
    {
        foreach (var (topics, node) in sources)
        {
            if (topics.Includes(topic))
                return node;
        }

        throw new InvalidOperationException($"No source of the task reads {topic}.");
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

using MedStreams.Streams.Graph;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>The end of a stream in a topic.</summary>
internal sealed class StreamSinkNode<TKey, TValue>(
    string name,
    string? topic,
    TopicNameExtractor<TKey, TValue>? extractor,
    Produced<TKey, TValue> produced)
    : GraphNode(name)
{
    public override void Write(TopologyWriter writer) =>
        writer.Topology.Add(new SinkDefinition<TKey, TValue>(
            Name,
            ParentNames,
            topic,
            extractor,
            writer.KeySerde(produced.KeySerde, Name),
            writer.ValueSerde(produced.ValueSerde, Name),
            produced.Partitioner));
}

using MedStreams.Streams.Graph;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>A grouped table's changes on their way through a topic of the engine's own.</summary>
internal sealed class TableRepartitionNode<TKey, TValue>(
    string sourceName, string sinkName, string topic, Grouped<TKey, TValue> grouped)
    : GraphNode(sourceName)
{
    public override void Write(TopologyWriter writer)
    {
        var keySerde = writer.KeySerde(grouped.KeySerde, Name);
        var valueSerde = new ChangeSerde<TValue>(writer.ValueSerde(grouped.ValueSerde, Name));
        writer.Topology
            .AddRepartitionTopic(new RepartitionTopic(topic, null))
            .Add(new SinkDefinition<TKey, Change<TValue>>(sinkName, ParentNames, topic, null, keySerde, valueSerde))
            .Add(new SourceDefinition<TKey, Change<TValue>>(Name, [topic], keySerde, valueSerde));
    }
}

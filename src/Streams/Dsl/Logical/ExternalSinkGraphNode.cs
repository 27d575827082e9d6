using MedStreams.Streams.Graph;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>
/// The end of a stream outside Kafka. The target decides where reading begins, so no other operator may share the
/// sub-topology: unless the stream is one topic's records and all that hangs on them are sinks, it goes through a topic.
/// </summary>
internal sealed class ExternalSinkGraphNode<TKey, TValue>(
    string name, ISink<TKey, TValue> sink, Repartitioned<TKey, TValue> between)
    : GraphNode(name), IExternalSinkGraphNode
{
    public override void Write(TopologyWriter writer)
    {
        if (Parents is [StreamSourceNode { Topics.Count: 1 } source] && source.Children.All(c => c is IExternalSinkGraphNode))
        {
            writer.Topology.Add(new ExternalSinkDefinition<TKey, TValue>(Name, ParentNames, sink));
            return;
        }

        var topic = Name + "-repartition";
        var keySerde = writer.KeySerde(between.KeySerde, Name);
        var valueSerde = writer.ValueSerde(between.ValueSerde, Name);
        writer.Topology
            .AddRepartitionTopic(new RepartitionTopic(topic, between.NumberOfPartitions))
            .Add(new SinkDefinition<TKey, TValue>(
                topic + "-sink", ParentNames, topic, null, keySerde, valueSerde, between.Partitioner))
            .Add(new SourceDefinition<TKey, TValue>(topic + "-source", [topic], keySerde, valueSerde))
            .Add(new ExternalSinkDefinition<TKey, TValue>(Name, [topic + "-source"], sink));
    }
}

/// <summary>Marks sinks whatever their types.</summary>
internal interface IExternalSinkGraphNode;

using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Graph;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>A store that every instance keeps whole, with the node that fills it.</summary>
internal class GlobalStoreGraphNode<TKey, TValue>(
    string name,
    string sourceName,
    string topic,
    Consumed<TKey, TValue> consumed,
    Func<TopologyWriter, IStoreBuilder> store,
    ProcessorDefinition processor)
    : GraphNode(name)
{
    public override void Write(TopologyWriter writer) =>
        writer.Topology.AddGlobalStore(
            store(writer),
            new SourceDefinition<TKey, TValue>(
                sourceName,
                TopicSelection.Of(topic),
                writer.KeySerde(consumed.KeySerde, Name),
                writer.ValueSerde(consumed.ValueSerde, Name),
                consumed.TimestampExtractor),
            processor);
}

/// <summary>A topic's table that every instance keeps whole.</summary>
internal sealed class GlobalTableGraphNode<TKey, TValue>(
    string name,
    string sourceName,
    string topic,
    Consumed<TKey, TValue> consumed,
    Materialized<TKey, TValue> materialized,
    string storeName)
    : GlobalStoreGraphNode<TKey, TValue>(
        name,
        sourceName,
        topic,
        consumed,
        writer => TableStores.KeyValue(writer, name, materialized, storeName).Builder,
        new OperatorDefinition(
            name,
            [sourceName],
            task => new TableSourceNode<TKey, TValue>(name, task, storeName, sendsOldValues: false)));

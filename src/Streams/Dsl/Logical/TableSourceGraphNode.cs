using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Graph;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>A topic's table.</summary>
internal abstract class TableSourceGraphNode(string name) : GraphNode(name)
{
    /// <summary>Whether the topic serves as changelog of the table's store.</summary>
    public bool ReusesTopic { get; set; }
}

/// <inheritdoc/>
internal sealed class TableSourceGraphNode<TKey, TValue>(
    string name,
    string sourceName,
    string topic,
    Consumed<TKey, TValue> consumed,
    Materialized<TKey, TValue> materialized,
    string storeName,
    SourceTable<TKey, TValue> values)
    : TableSourceGraphNode(name)
{
    public override void Write(TopologyWriter writer)
    {
        writer.Topology
            .Add(new SourceDefinition<TKey, TValue>(
                sourceName,
                TopicSelection.Of(topic),
                writer.KeySerde(consumed.KeySerde, Name),
                writer.ValueSerde(consumed.ValueSerde, Name),
                consumed.TimestampExtractor,
                consumed.OffsetReset))
            .Add(new OperatorDefinition(
                Name,
                [sourceName],
                task => new TableSourceNode<TKey, TValue>(
                    Name, task, values.IsMaterialized ? storeName : null, values.SendsOldValues)));
        if (!values.IsMaterialized)
            return;
        var store = TableStores.KeyValue(writer, Name, materialized, storeName, ReusesTopic ? topic : null);
        writer.Topology.AddStore(store, Name);
    }
}

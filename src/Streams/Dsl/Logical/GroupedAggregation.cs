using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>
/// Puts an aggregation behind a grouping, with a repartition topic between where keys may have changed. Aggregations of one
/// grouping whose topic the user named share it.
/// </summary>
internal sealed class GroupedAggregation<TKey, TValue>(
    StreamsGraph graph,
    GraphNode node,
    IReadOnlyList<string> sources,
    Grouped<TKey, TValue> grouped,
    bool needsRepartition)
{
    private RepartitionNode<TKey, TValue>? _repartition;

    public StreamsGraph Graph => graph;

    public Grouped<TKey, TValue> Grouped => grouped;

    /// <summary>Adds the aggregating node; answers it and its sources.</summary>
    public (OperatorNode Node, IReadOnlyList<string> Sources) Add(
        string name,
        string storeName,
        Func<TaskContext, ProcessorNode> create,
        Func<TopologyWriter, StoreDefinition> store)
    {
        var (parent, from) = (node, sources);
        if (needsRepartition)
        {
            var created = RepartitionNode<TKey, TValue>.Create(
                graph,
                grouped.Name ?? storeName,
                optimizable: true,
                new Repartitioned<TKey, TValue> { KeySerde = grouped.KeySerde, ValueSerde = grouped.ValueSerde });
            if (_repartition is null || grouped.Name is null)
                _repartition = created;
            graph.Add(node, _repartition);
            (parent, from) = (_repartition, [_repartition.Name]);
        }

        var aggregate = new OperatorNode(name, create) { Store = store };
        graph.Add(parent, aggregate);
        return (aggregate, from);
    }
}

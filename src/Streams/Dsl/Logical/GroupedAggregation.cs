using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Dsl.Windowing;
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

    public GraphNode Node => node;

    public IReadOnlyList<string> Sources => sources;

    public bool NeedsRepartition => needsRepartition;

    /// <summary>A table of aggregates by key.</summary>
    public KTable<TKey, TAggregate> Aggregate<TAggregate>(
        string prefix,
        Aggregation<TKey, TValue, TAggregate> aggregation,
        Named? named,
        Materialized<TKey, TAggregate>? given)
    {
        var materialized = given ?? new Materialized<TKey, TAggregate>();
        materialized = materialized with { KeySerde = materialized.KeySerde ?? grouped.KeySerde };
        var storeName = materialized.StoreName ?? graph.NewStoreName(prefix);
        var name = graph.NameOr(named?.Name, prefix);
        var values = new StoredTable<TKey, TAggregate>(storeName);
        var (aggregate, from) = Add(
            name,
            storeName,
            task => new StreamAggregateNode<TKey, TValue, TAggregate>(
                name, task, storeName, aggregation, values.SendsOldValues),
            writer => TableStores.KeyValue(writer, name, materialized, storeName),
            null,
            materialized.IsVersioned);
        return new KTable<TKey, TAggregate>(
            graph, aggregate, name, from, materialized.KeySerde, materialized.ValueSerde, values, materialized.StoreName);
    }

    /// <summary>A table of aggregates by key and window.</summary>
    public KTable<Windowed<TKey>, TAggregate> Windowed<TAggregate>(
        Windowing.Windowing windowing,
        string prefix,
        Aggregation<TKey, TValue, TAggregate> aggregation,
        Named? named,
        Materialized<TKey, TAggregate>? given)
    {
        var materialized = given ?? new Materialized<TKey, TAggregate>();
        materialized = materialized with { KeySerde = materialized.KeySerde ?? grouped.KeySerde };
        var storeName = materialized.StoreName ?? graph.NewStoreName(prefix);
        var name = graph.NameOr(named?.Name, prefix);
        var values = windowing.Table<TKey, TAggregate>(storeName);
        var (aggregate, from) = Add(
            name,
            storeName,
            task => windowing.CreateNode(
                name, task, storeName, materialized.KeptFor, aggregation, values.SendsOldValues),
            writer => windowing.Store(
                writer, name, materialized, storeName, values.IsLookedUp ? Windowing.Windowing.Slack : 0),
            windowing,
            isVersioned: false);
        var keySerde = materialized.KeySerde ?? graph.Serdes.Find<TKey>();
        return new KTable<Windowed<TKey>, TAggregate>(
            graph,
            aggregate,
            name,
            from,
            keySerde is null ? null : windowing.KeySerde(keySerde),
            materialized.ValueSerde,
            values,
            materialized.StoreName);
    }

    /// <summary>Adds the aggregating node; answers it and its sources.</summary>
    private (OperatorNode Node, IReadOnlyList<string> Sources) Add(
        string name,
        string storeName,
        Func<TaskContext, ProcessorNode> create,
        Func<TopologyWriter, StoreDefinition> store,
        Windowing.Windowing? windowing,
        bool isVersioned)
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

        var aggregate = new OperatorNode(name, create)
        {
            Store = store,
            CloseDelayMs = windowing?.CloseDelayMs,
            IsOutputVersioned = isVersioned,
        };
        graph.Add(parent, aggregate);
        return (aggregate, from);
    }
}

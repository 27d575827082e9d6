using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Dsl.Windowing;
using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>Several grouped streams that are aggregated into one table: a node for each over one store, and one where they meet.</summary>
internal sealed class CogroupedAggregation<TKey, TAggregate>(StreamsGraph graph)
{
    public const string AggregatePrefix = "COGROUPKSTREAM-AGGREGATE-";

    private const string MergePrefix = "COGROUPKSTREAM-MERGE-";

    private readonly List<Input> _inputs = [];
    private readonly Dictionary<Input, GraphNode> _parents = [];

    public void Add<TValue>(
        GroupedAggregation<TKey, TValue> grouped, Func<TKey, TValue, TAggregate, TAggregate?> aggregator) =>
        _inputs.Add(new Input<TValue>(grouped, aggregator!));

    public KTable<TKey, TAggregate> Aggregate(
        Func<TAggregate> initializer, Named? named, Materialized<TKey, TAggregate>? given)
    {
        var materialized = given ?? new Materialized<TKey, TAggregate>();
        var storeName = materialized.StoreName ?? graph.NewStoreName(AggregatePrefix);
        materialized = materialized with { KeySerde = materialized.KeySerde ?? _inputs[0].KeySerde };
        var values = new StoredTable<TKey, TAggregate>(storeName);
        var merge = Build(
            named,
            storeName,
            null,
            materialized.IsVersioned,
            (input, name, task) => input.CreateNode(name, task, storeName, initializer, values.SendsOldValues),
            (writer, name) => TableStores.KeyValue(writer, name, materialized, storeName),
            name => new PassThroughNode<TKey, Change<TAggregate>>(name));
        return new KTable<TKey, TAggregate>(
            graph,
            merge,
            merge.Name,
            Sources(),
            materialized.KeySerde,
            materialized.ValueSerde,
            values,
            materialized.StoreName);
    }

    public KTable<Windowed<TKey>, TAggregate> Windowed(
        Windowing.Windowing windowing,
        Func<TAggregate> initializer,
        Func<TKey, TAggregate, TAggregate, TAggregate?>? merger,
        Named? named,
        Materialized<TKey, TAggregate>? given)
    {
        var materialized = given ?? new Materialized<TKey, TAggregate>();
        var storeName = materialized.StoreName ?? graph.NewStoreName(AggregatePrefix);
        materialized = materialized with { KeySerde = materialized.KeySerde ?? _inputs[0].KeySerde };
        var values = windowing.Table<TKey, TAggregate>(storeName);
        var merge = Build(
            named,
            storeName,
            windowing,
            false,
            (input, name, task) =>
                input.CreateNode(
                    windowing, name, task, storeName, materialized.KeptFor, initializer, merger, values.SendsOldValues),
            (writer, name) => windowing.Store(writer, name, materialized, storeName, Windowing.Windowing.Slack),
            name => new PassThroughNode<Windowed<TKey>, Change<TAggregate>>(name));
        var keySerde = materialized.KeySerde ?? graph.Serdes.Find<TKey>();
        return new KTable<Windowed<TKey>, TAggregate>(
            graph,
            merge,
            merge.Name,
            Sources(),
            keySerde is null ? null : windowing.KeySerde(keySerde),
            materialized.ValueSerde,
            values,
            materialized.StoreName);
    }

    private OperatorNode Build(
        Named? named,
        string storeName,
        Windowing.Windowing? windowing,
        bool isVersioned,
        Func<Input, string, TaskContext, ProcessorNode> create,
        Func<TopologyWriter, string, StoreDefinition> store,
        Func<string, ProcessorNode> merge)
    {
        foreach (var input in _inputs)
        {
            var parent = input.Parent(graph, storeName, _parents.GetValueOrDefault(input));
            _parents[input] = parent;
        }

        graph.Copartition(Sources());
        var nodes = new List<OperatorNode>(_inputs.Count);
        foreach (var input in _inputs)
        {
            var name = graph.NameOr(named?.Name, $"-cogroup-agg-{nodes.Count}", AggregatePrefix);
            var node = new OperatorNode(name, task => create(input, name, task), nodes.Count == 0 ? null : [storeName])
            {
                Store = nodes.Count == 0 ? writer => store(writer, name) : null,
                CloseDelayMs = windowing?.CloseDelayMs,
                IsOutputVersioned = isVersioned,
            };
            graph.Add(_parents[input], node);
            nodes.Add(node);
        }

        var mergeName = graph.NameOr(named?.Name, "-cogroup-merge", MergePrefix);
        var result = new OperatorNode(mergeName, _ => merge(mergeName));
        foreach (var node in nodes)
            graph.Add(node, result);
        return result;
    }

    private string[] Sources() =>
        [.. _inputs.SelectMany(i => i.Sources(_parents[i])).Distinct(StringComparer.Ordinal)];

    /// <summary>One of the grouped streams, whatever its values.</summary>
    private abstract class Input
    {
        public abstract ISerde<TKey>? KeySerde { get; }

        public abstract GraphNode Parent(StreamsGraph graph, string storeName, GraphNode? known);

        public abstract IReadOnlyList<string> Sources(GraphNode parent);

        public abstract ProcessorNode CreateNode(
            string name, TaskContext task, string storeName, Func<TAggregate> initializer, bool sendsOldValues);

        public abstract ProcessorNode CreateNode(
            Windowing.Windowing windowing,
            string name,
            TaskContext task,
            string storeName,
            TimeSpan? retention,
            Func<TAggregate> initializer,
            Func<TKey, TAggregate, TAggregate, TAggregate?>? merger,
            bool sendsOldValues);
    }

    private sealed class Input<TValue>(
        GroupedAggregation<TKey, TValue> grouped, Func<TKey, TValue, TAggregate?, TAggregate?> aggregator)
        : Input
    {
        public override ISerde<TKey>? KeySerde => grouped.Grouped.KeySerde;

        public override GraphNode Parent(StreamsGraph graph, string storeName, GraphNode? known)
        {
            if (!grouped.NeedsRepartition)
                return grouped.Node;
            var created = RepartitionNode<TKey, TValue>.Create(
                graph,
                grouped.Grouped.Name ?? storeName,
                optimizable: true,
                new Repartitioned<TKey, TValue>
                {
                    KeySerde = grouped.Grouped.KeySerde,
                    ValueSerde = grouped.Grouped.ValueSerde,
                });
            if (known is not null)
                return known;
            graph.Add(grouped.Node, created);
            return created;
        }

        public override IReadOnlyList<string> Sources(GraphNode parent) =>
            grouped.NeedsRepartition ? [parent.Name] : grouped.Sources;

        public override ProcessorNode CreateNode(
            string name, TaskContext task, string storeName, Func<TAggregate> initializer, bool sendsOldValues) =>
            new StreamAggregateNode<TKey, TValue, TAggregate>(
                name,
                task,
                storeName,
                new Aggregation<TKey, TValue, TAggregate>(initializer, aggregator),
                sendsOldValues);

        public override ProcessorNode CreateNode(
            Windowing.Windowing windowing,
            string name,
            TaskContext task,
            string storeName,
            TimeSpan? retention,
            Func<TAggregate> initializer,
            Func<TKey, TAggregate, TAggregate, TAggregate?>? merger,
            bool sendsOldValues) =>
            windowing.CreateNode(
                name,
                task,
                storeName,
                retention,
                new Aggregation<TKey, TValue, TAggregate>(initializer, aggregator, merger!),
                sendsOldValues);
    }
}

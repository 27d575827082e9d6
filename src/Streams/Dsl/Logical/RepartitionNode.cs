using System.Text.RegularExpressions;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Graph;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>A stream that goes through a topic of the engine's own, so that equal keys meet in one task.</summary>
internal abstract class RepartitionNode(string sourceName, string topic) : GraphNode(sourceName)
{
    /// <summary>The topic without the application id.</summary>
    public string Topic { get; } = topic;

    /// <summary>True where the optimiser may merge it with others; false where the user asked for the topic.</summary>
    public bool IsOptimizable { get; init; }

    /// <summary>True where records without key need not go through, since nothing downstream would use them.</summary>
    public bool DropsNullKeys { get; set; }

    /// <summary>One node that takes the place of several, this one among them, under new names for nodes and this one's topic.</summary>
    public abstract RepartitionNode CreateMerged(StreamsGraph graph, IReadOnlyList<RepartitionNode> all);
}

/// <inheritdoc/>
internal sealed partial class RepartitionNode<TKey, TValue> : RepartitionNode
{
    private const string Suffix = "-repartition";

    private readonly string _sinkName;
    private readonly string _filterName;
    private readonly Repartitioned<TKey, TValue> _repartitioned;

    private RepartitionNode(
        string sourceName, string sinkName, string filterName, string topic, Repartitioned<TKey, TValue> repartitioned)
        : base(sourceName, topic) =>
        (_sinkName, _filterName, _repartitioned) = (sinkName, filterName, repartitioned);

    public ISerde<TKey>? KeySerde => _repartitioned.KeySerde;

    public ISerde<TValue>? ValueSerde => _repartitioned.ValueSerde;

    /// <summary>Takes names for it; the counter moves by three also where the names come from the prefix.</summary>
    public static RepartitionNode<TKey, TValue> Create(
        StreamsGraph graph, string topicPrefix, bool optimizable, Repartitioned<TKey, TValue> repartitioned)
    {
        var topic = topicPrefix.EndsWith(Suffix, StringComparison.Ordinal) ? topicPrefix : topicPrefix + Suffix;
        var sink = graph.NewName("KSTREAM-SINK-");
        var filter = graph.NewName("KSTREAM-FILTER-");
        var source = graph.NewName("KSTREAM-SOURCE-");
        return Generated().IsMatch(topicPrefix)
            ? new(source, sink, filter, topic, repartitioned) { IsOptimizable = optimizable }
            : new($"{topic}-source", $"{topic}-sink", $"{topic}-filter", topic, repartitioned)
            {
                IsOptimizable = optimizable,
            };
    }

    public override RepartitionNode CreateMerged(StreamsGraph graph, IReadOnlyList<RepartitionNode> all)
    {
        var same = all.OfType<RepartitionNode<TKey, TValue>>().ToArray();
        return Create(
            graph,
            Topic,
            optimizable: true,
            new Repartitioned<TKey, TValue>
            {
                KeySerde = same.Select(n => n.KeySerde).FirstOrDefault(s => s is not null),
                ValueSerde = same.Select(n => n.ValueSerde).FirstOrDefault(s => s is not null),
            });
    }

    public override void Write(TopologyWriter writer)
    {
        var keySerde = writer.KeySerde(_repartitioned.KeySerde, Name);
        var valueSerde = writer.ValueSerde(_repartitioned.ValueSerde, Name);
        var filter = _filterName;
        Func<TKey, TValue, bool> predicate = DropsNullKeys ? static (key, _) => key is not null : static (_, _) => true;
        writer.Topology
            .AddRepartitionTopic(new RepartitionTopic(Topic, _repartitioned.NumberOfPartitions))
            .Add(new OperatorDefinition(
                filter, ParentNames, _ => new FilterNode<TKey, TValue>(filter, predicate, keeps: true)))
            .Add(new SinkDefinition<TKey, TValue>(
                _sinkName, [filter], Topic, null, keySerde, valueSerde, _repartitioned.Partitioner))
            .Add(new SourceDefinition<TKey, TValue>(Name, [Topic], keySerde, valueSerde));
    }

    [GeneratedRegex(@"^KSTREAM.*-[0-9]{10}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Generated();
}

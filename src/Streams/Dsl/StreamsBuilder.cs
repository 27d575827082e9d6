using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Tables;

namespace MedStreams.Streams;

/// <summary>
/// Where a topology in the DSL begins. Names of nodes, stores and internal topics come out as Kafka Streams names them,
/// unless the user gives others. Not safe for use by several threads.
/// </summary>
/// <param name="options">Serdes and rewritings; null for the defaults.</param>
public sealed class StreamsBuilder(StreamsBuilderOptions? options = null)
{
    private readonly StreamsGraph _graph = new(options ?? new StreamsBuilderOptions());
    private Topology? _built;

    internal StreamsGraph Graph => _graph;

    /// <summary>A stream of a topic's records.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="consumed">How to read it; null for the defaults.</param>
    public KStream<TKey, TValue> Stream<TKey, TValue>(string topic, Consumed<TKey, TValue>? consumed = null) =>
        Stream([topic], consumed);

    /// <summary>A stream of the records of several topics, which are of the same kind. Their order across topics is that of their times.</summary>
    /// <param name="topics">The topics, at least one.</param>
    /// <param name="consumed">How to read them; null for the defaults.</param>
    /// <exception cref="TopologyException">There is no topic.</exception>
    public KStream<TKey, TValue> Stream<TKey, TValue>(
        IReadOnlyCollection<string> topics, Consumed<TKey, TValue>? consumed = null)
    {
        if (topics.Count == 0 || topics.Any(string.IsNullOrEmpty))
            throw new TopologyException("A stream needs at least one topic, and each needs a name.");
        consumed ??= new Consumed<TKey, TValue>();
        var name = _graph.NameOr(consumed.Name, "KSTREAM-SOURCE-");
        var node = new StreamSourceNode<TKey, TValue>(name, [.. topics], consumed);
        _graph.Add(_graph.RootNode, node);
        return new KStream<TKey, TValue>(_graph, node, name, [name], consumed.KeySerde, consumed.ValueSerde, false);
    }

    /// <summary>The table of a topic: the newest value of each key; null deletes. Records without key are dropped.</summary>
    /// <param name="topic">The topic; best a compacted one.</param>
    /// <param name="consumed">How to read it; null for the defaults.</param>
    /// <param name="materialized">How to keep the table; a name makes it queryable. Null keeps it only where an operator needs it.</param>
    /// <exception cref="TopologyException">The values' type cannot be null, or the topic has no name.</exception>
    public KTable<TKey, TValue> Table<TKey, TValue>(
        string topic, Consumed<TKey, TValue>? consumed = null, Materialized<TKey, TValue>? materialized = null)
    {
        if (string.IsNullOrEmpty(topic))
            throw new TopologyException("A table needs a topic.");
        consumed ??= new Consumed<TKey, TValue>();
        materialized ??= new Materialized<TKey, TValue>();
        materialized = materialized with
        {
            KeySerde = materialized.KeySerde ?? consumed.KeySerde,
            ValueSerde = materialized.ValueSerde ?? consumed.ValueSerde,
        };
        consumed = consumed with { KeySerde = materialized.KeySerde, ValueSerde = materialized.ValueSerde };
        var storeName = materialized.StoreName ?? _graph.NewStoreName(topic + "-");
        var sourceName = _graph.NameOr(consumed.Name, "-source", "KSTREAM-SOURCE-");
        var name = _graph.NameOr(consumed.Name, "KTABLE-SOURCE-");
        var values = new SourceTable<TKey, TValue>(storeName, materialized.StoreName is not null);
        var node = new TableSourceGraphNode<TKey, TValue>(
            name, sourceName, topic, consumed, materialized, storeName, values)
        {
            IsOutputVersioned = materialized.IsVersioned,
        };
        _graph.Add(_graph.RootNode, node);
        return new KTable<TKey, TValue>(
            _graph,
            node,
            name,
            [sourceName],
            materialized.KeySerde,
            materialized.ValueSerde,
            values,
            materialized.StoreName);
    }

    /// <inheritdoc cref="Table{TKey,TValue}(string,Consumed{TKey,TValue},Materialized{TKey,TValue})"/>
    public KTable<TKey, TValue> Table<TKey, TValue>(string topic, Materialized<TKey, TValue> materialized) =>
        Table(topic, null, materialized);

    /// <summary>Adds a store for processors to connect to by its name.</summary>
    public StreamsBuilder AddStateStore(IStoreBuilder builder)
    {
        _graph.Add(_graph.RootNode, new StateStoreNode(builder));
        return this;
    }

    /// <summary>The topology of all that was declared. Later calls answer the same topology; declare nothing after the first.</summary>
    /// <exception cref="TopologyException">Something is missing or contradicts; the text says what and where.</exception>
    public Topology Build() => _built ??= _graph.Build();
}

using System.Text.RegularExpressions;
using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Graph;

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
        return Stream(TopicSelection.Of([.. topics]), consumed);
    }

    /// <summary>
    /// A stream of the records of all topics whose whole name matches a pattern, those too that are made later; they are found when the
    /// consumer refreshes what it knows of the cluster. Kafka's own topics and those of the application are left out.
    /// </summary>
    /// <param name="pattern">The pattern; it must match no topic of another source.</param>
    /// <param name="consumed">How to read them; null for the defaults.</param>
    public KStream<TKey, TValue> Stream<TKey, TValue>(Regex pattern, Consumed<TKey, TValue>? consumed = null)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return Stream(TopicSelection.Of(pattern), consumed);
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

    /// <summary>
    /// A table that every instance keeps whole, so that streams can be joined with it by any key. It is filled before the first record of
    /// any task is processed, and follows its topic from then on, on a thread of its own; so joins see it as it is at that moment, not as of
    /// the records' times.
    /// </summary>
    /// <param name="topic">The topic; best a compacted one. No other source may read it.</param>
    /// <param name="consumed">How to read it; null for the defaults.</param>
    /// <param name="materialized">How to keep the table; a name makes it queryable. It has no changelog but the topic.</param>
    /// <exception cref="TopologyException">The values' type cannot be null, the topic has no name, or the store keeps versions.</exception>
    public GlobalKTable<TKey, TValue> GlobalTable<TKey, TValue>(
        string topic, Consumed<TKey, TValue>? consumed = null, Materialized<TKey, TValue>? materialized = null)
    {
        if (string.IsNullOrEmpty(topic))
            throw new TopologyException("A global table needs a topic.");
        consumed ??= new Consumed<TKey, TValue>();
        materialized ??= new Materialized<TKey, TValue>();
        if (materialized.IsVersioned)
            throw new TopologyException($"The global table of {topic} cannot keep versions.");
        materialized = materialized with
        {
            KeySerde = materialized.KeySerde ?? consumed.KeySerde,
            ValueSerde = materialized.ValueSerde ?? consumed.ValueSerde,
            LoggingEnabled = false,
        };
        consumed = consumed with { KeySerde = materialized.KeySerde, ValueSerde = materialized.ValueSerde };
        var storeName = materialized.StoreName ?? _graph.NewStoreName(topic + "-");
        var sourceName = _graph.NameOr(consumed.Name, "-source", "KSTREAM-SOURCE-");
        var name = _graph.NameOr(consumed.Name, "KTABLE-SOURCE-");
        _graph.Add(
            _graph.RootNode,
            new GlobalTableGraphNode<TKey, TValue>(name, sourceName, topic, consumed, materialized, storeName));
        return new GlobalKTable<TKey, TValue>(name, storeName, materialized.StoreName);
    }

    /// <inheritdoc cref="GlobalTable{TKey,TValue}(string,Consumed{TKey,TValue},Materialized{TKey,TValue})"/>
    public GlobalKTable<TKey, TValue> GlobalTable<TKey, TValue>(string topic, Materialized<TKey, TValue> materialized) =>
        GlobalTable(topic, null, materialized);

    /// <summary>
    /// Keeps a store whole in every instance, filled from a topic by a processor of its own. All processors may read it by name, without
    /// being connected, and none but that one may write it.
    /// </summary>
    /// <param name="builder">Makes the store. It has no changelog, whatever the builder says: the topic serves as one.</param>
    /// <param name="topic">The topic; no other source may read it.</param>
    /// <param name="consumed">How to read it.</param>
    /// <param name="supplier">Makes the processor that fills the store; it can forward nothing.</param>
    public StreamsBuilder AddGlobalStore<TKey, TValue, TKeyOut, TValueOut>(
        IStoreBuilder builder,
        string topic,
        Consumed<TKey, TValue> consumed,
        Func<IProcessor<TKey, TValue, TKeyOut, TValueOut>> supplier)
    {
        var sourceName = _graph.NameOr(consumed.Name, "-source", "KSTREAM-SOURCE-");
        var name = _graph.NameOr(consumed.Name, "KTABLE-SOURCE-");
        _graph.Add(
            _graph.RootNode,
            new GlobalStoreGraphNode<TKey, TValue>(
                name,
                sourceName,
                topic,
                consumed,
                _ => builder,
                new ProcessorDefinition<TKey, TValue, TKeyOut, TValueOut>(name, [sourceName], supplier)));
        return this;
    }

    /// <summary>Adds a store for processors to connect to by its name. Adding the same builder again changes nothing.</summary>
    public StreamsBuilder AddStateStore(IStoreBuilder builder)
    {
        _graph.AddStores([builder]);
        return this;
    }

    /// <summary>The topology of all that was declared. Later calls answer the same topology; declare nothing after the first.</summary>
    /// <exception cref="TopologyException">Something is missing or contradicts; the text says what and where.</exception>
    public Topology Build() => _built ??= _graph.Build();

    private KStream<TKey, TValue> Stream<TKey, TValue>(TopicSelection topics, Consumed<TKey, TValue>? consumed)
    {
        consumed ??= new Consumed<TKey, TValue>();
        var name = _graph.NameOr(consumed.Name, "KSTREAM-SOURCE-");
        var node = new StreamSourceNode<TKey, TValue>(name, topics, consumed);
        _graph.Add(_graph.RootNode, node);
        return new KStream<TKey, TValue>(_graph, node, name, [name], consumed.KeySerde, consumed.ValueSerde, false);
    }
}

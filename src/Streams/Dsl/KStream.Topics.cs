using MedStreams.Streams.Dsl.Logical;

namespace MedStreams.Streams;

/// <content>Ways into topics.</content>
public sealed partial class KStream<TKey, TValue>
{
    /// <summary>Ends the stream in a topic.</summary>
    /// <param name="topic">The topic; it must exist or be created by the broker.</param>
    /// <param name="produced">How to write it; null for the stream's serdes and generated names.</param>
    /// <exception cref="TopologyException">The topic has no name.</exception>
    public void To(string topic, Produced<TKey, TValue>? produced = null)
    {
        if (string.IsNullOrEmpty(topic))
            throw new TopologyException("A stream cannot end in a topic without name.");
        To(topic, null, produced);
    }

    /// <summary>Ends the stream in topics that the extractor chooses for each record.</summary>
    /// <param name="extractor">Called for each record; the topics must exist or be created by the broker.</param>
    /// <param name="produced">How to write them; null for the stream's serdes and generated names.</param>
    public void To(TopicNameExtractor<TKey, TValue> extractor, Produced<TKey, TValue>? produced = null) =>
        To(null, extractor, produced);

    /// <summary>Sends the stream through a topic that the engine creates, and reads it in a sub-topology of its own.</summary>
    /// <param name="repartitioned">Name, partitions and serdes of the topic; null for the defaults.</param>
    public KStream<TKey, TValue> Repartition(Repartitioned<TKey, TValue>? repartitioned = null)
    {
        repartitioned ??= new Repartitioned<TKey, TValue>();
        if (repartitioned.NumberOfPartitions is < 1)
            throw new TopologyException($"{repartitioned.NumberOfPartitions} is no number of partitions.");
        var prefix = repartitioned.Name is { } given ? Named.Validate(given) : Graph.NewName("KSTREAM-REPARTITION-");
        return Through(RepartitionNode<TKey, TValue>.Create(
            Graph,
            prefix,
            optimizable: false,
            repartitioned with
            {
                KeySerde = repartitioned.KeySerde ?? KeySerde,
                ValueSerde = repartitioned.ValueSerde ?? ValueSerde,
            }));
    }

    /// <summary>
    /// Ends the stream in a target outside Kafka, exactly once. The sink is a sub-topology of its own behind a topic: the
    /// stream's own where it is just that topic's records and nothing else is made of them, else one that the engine
    /// creates (<c>APPLICATION-NAME-repartition</c>).
    /// </summary>
    /// <param name="name">The sink's name: a legal topic name, unique in the topology, by which the target knows its offsets.
    /// Renaming a sink makes it begin anew.</param>
    /// <param name="sink">The target.</param>
    /// <param name="repartitioned">Serdes and partitions of the topic between, should there be one.</param>
    /// <exception cref="TopologyException">The name is not legal.</exception>
    public void ToSink(string name, ISink<TKey, TValue> sink, Repartitioned<TKey, TValue>? repartitioned = null)
    {
        repartitioned ??= new Repartitioned<TKey, TValue>();
        var node = new ExternalSinkGraphNode<TKey, TValue>(
            Named.Validate(name),
            sink,
            repartitioned with
            {
                KeySerde = repartitioned.KeySerde ?? KeySerde,
                ValueSerde = repartitioned.ValueSerde ?? ValueSerde,
            });
        Graph.Add(Node, node);
    }

    private KStream<TKey, TValue> Through(RepartitionNode<TKey, TValue> node)
    {
        Graph.Add(Node, node);
        return new KStream<TKey, TValue>(Graph, node, node.Name, [node.Name], node.KeySerde, node.ValueSerde, false);
    }

    private void To(string? topic, TopicNameExtractor<TKey, TValue>? extractor, Produced<TKey, TValue>? produced)
    {
        produced ??= new Produced<TKey, TValue>();
        var name = Graph.NameOr(produced.Name, "KSTREAM-SINK-");
        var node = new StreamSinkNode<TKey, TValue>(
            name,
            topic,
            extractor,
            produced with
            {
                KeySerde = produced.KeySerde ?? KeySerde,
                ValueSerde = produced.ValueSerde ?? ValueSerde,
            });
        Graph.Add(Node, node);
    }
}

using System.Text.RegularExpressions;
using MedStreams.Streams.Graph;

namespace MedStreams.Streams;

/// <content>Nodes with all that can be said of them. Serdes that are not named are the built-in ones of the types.</content>
public sealed partial class Topology
{
    private static readonly SerdeResolver BuiltIn = new StreamsBuilderOptions().CreateResolver();

    /// <summary>Reads topics, with a timestamp extractor and a reset policy where wanted.</summary>
    /// <param name="name">The node's name, unique in the topology.</param>
    /// <param name="consumed">How to read them; its name is not used.</param>
    /// <param name="topics">The topics, at least one; a topic belongs to one source only.</param>
    /// <exception cref="TopologyException">A name or topic is taken, there is no topic, or a serde is missing.</exception>
    public Topology AddSource<TKey, TValue>(string name, Consumed<TKey, TValue> consumed, params string[] topics) =>
        AddSource(name, consumed, TopicSelection.Of(topics));

    /// <summary>Reads all topics whose whole name matches a pattern, with a timestamp extractor and a reset policy where wanted.</summary>
    /// <param name="name">The node's name, unique in the topology.</param>
    /// <param name="consumed">How to read them; its name is not used.</param>
    /// <param name="pattern">The pattern; it must match no topic of another source.</param>
    /// <exception cref="TopologyException">The name is taken, a topic of another source matches, or a serde is missing.</exception>
    public Topology AddSource<TKey, TValue>(string name, Consumed<TKey, TValue> consumed, Regex pattern) =>
        AddSource(name, consumed, TopicSelection.Of(pattern));

    /// <summary>Runs processors, one for each task, with stores that are added here (Kafka Streams' <c>ConnectedStoreProvider</c>).</summary>
    /// <param name="name">The node's name, unique in the topology.</param>
    /// <param name="supplier">Makes a new processor at each call.</param>
    /// <param name="stores">The stores; the same builder may be given to several processors, which then share its store.</param>
    /// <param name="parents">The nodes that it takes records from, at least one.</param>
    /// <exception cref="TopologyException">A name is taken, or a parent is missing or forwards other types.</exception>
    public Topology AddProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut>(
        string name,
        Func<IProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut>> supplier,
        IReadOnlyList<IStoreBuilder> stores,
        params string[] parents)
    {
        AddProcessor(name, supplier, parents);
        foreach (var store in stores)
            AddStateStore(store, name);
        return this;
    }

    /// <summary>Writes to a topic, with a partitioner where wanted.</summary>
    /// <param name="name">The node's name, unique in the topology.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="produced">How to write it; its name is not used.</param>
    /// <param name="parents">The nodes that it takes records from, at least one.</param>
    /// <exception cref="TopologyException">The name is taken, a parent is missing or forwards other types, or a serde is missing.</exception>
    public Topology AddSink<TKey, TValue>(
        string name, string topic, Produced<TKey, TValue> produced, params string[] parents) =>
        AddSink(name, topic, null, produced, parents);

    /// <summary>Writes to topics that the extractor chooses for each record.</summary>
    /// <param name="name">The node's name, unique in the topology.</param>
    /// <param name="extractor">Called for each record; the topics must exist or be created by the broker.</param>
    /// <param name="produced">How to write them; its name is not used.</param>
    /// <param name="parents">The nodes that it takes records from, at least one.</param>
    /// <exception cref="TopologyException">The name is taken, a parent is missing or forwards other types, or a serde is missing.</exception>
    public Topology AddSink<TKey, TValue>(
        string name,
        TopicNameExtractor<TKey, TValue> extractor,
        Produced<TKey, TValue> produced,
        params string[] parents) => AddSink(name, null, extractor, produced, parents);

    /// <summary>
    /// Adds a store that a topic serves as changelog (KIP-813): it is filled by a processor of its own and restored from the topic's
    /// bytes as they are, so the processor must put them as they come. No other processor may write it.
    /// </summary>
    /// <param name="builder">Makes the store. It has no changelog of its own, whatever the builder says.</param>
    /// <param name="sourceName">The name of the node that reads the topic.</param>
    /// <param name="consumed">How to read the topic; its name is not used.</param>
    /// <param name="topic">The topic, a compacted one; no other source may read it.</param>
    /// <param name="processorName">The name of the node that fills the store.</param>
    /// <param name="supplier">Makes the processor that fills the store.</param>
    /// <exception cref="TopologyException">A name or the topic is taken, or a serde is missing.</exception>
    public Topology AddReadOnlyStateStore<TKey, TValue, TKeyOut, TValueOut>(
        IStoreBuilder builder,
        string sourceName,
        Consumed<TKey, TValue> consumed,
        string topic,
        string processorName,
        Func<IProcessor<TKey, TValue, TKeyOut, TValueOut>> supplier)
    {
        AddSource(sourceName, consumed, topic);
        AddProcessor(processorName, supplier, sourceName);
        return AddStore(new StoreDefinition(builder, topic), processorName);
    }

    private Topology AddSource<TKey, TValue>(string name, Consumed<TKey, TValue> consumed, TopicSelection topics) =>
        Add(new SourceDefinition<TKey, TValue>(
            name,
            topics,
            BuiltIn.Resolve(consumed.KeySerde, name, isKey: true),
            BuiltIn.Resolve(consumed.ValueSerde, name, isKey: false),
            consumed.TimestampExtractor,
            consumed.OffsetReset));

    private Topology AddSink<TKey, TValue>(
        string name,
        string? topic,
        TopicNameExtractor<TKey, TValue>? extractor,
        Produced<TKey, TValue> produced,
        string[] parents) =>
        Add(new SinkDefinition<TKey, TValue>(
            name,
            parents,
            topic,
            extractor,
            BuiltIn.Resolve(produced.KeySerde, name, isKey: true),
            BuiltIn.Resolve(produced.ValueSerde, name, isKey: false),
            produced.Partitioner));
}

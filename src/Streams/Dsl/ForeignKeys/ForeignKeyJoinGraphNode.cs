using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Graph;

namespace MedStreams.Streams.Dsl.ForeignKeys;

/// <summary>
/// A join by foreign key (KIP-213), up to the node that resolves answers: subscriptions go through a topic to the side of the
/// foreign keys, are kept there, and answers come back through another topic to the partition that asked.
/// </summary>
internal sealed class ForeignKeyJoinGraphNode<TKey, TValue, TForeignKey, TForeign, TResult>(
    ForeignKeyJoinNames names,
    KTable<TKey, TValue> left,
    KTable<TForeignKey, TForeign> right,
    SubscriptionSettings<TKey, TValue, TForeignKey> settings,
    Func<TKey, TValue, TForeign?, TResult?> joiner,
    TableJoined<TKey, TForeignKey> joined)
    : GraphNode(names.Resolver)
{
    private readonly TableGetters<TForeignKey, TForeign> _foreigners = right.Values.Getters();
    private readonly TableGetters<TKey, TValue> _values = left.Values.Getters();

    public override void Write(TopologyWriter writer)
    {
        var keySerde = writer.KeySerde(left.KeySerde, names.Send);
        var foreignKeySerde = writer.KeySerde(right.KeySerde, names.Send);
        writer.ValueSerde(left.ValueSerde, names.Send); // found again by the nodes; missing, it is missed here
        var subscriptionSerde = new SubscriptionSerde<TKey>(keySerde, new PseudoTopics(0, "-pk"));
        var responseSerde = new SubscriptionResponseSerde<TForeign>(writer.ValueSerde(right.ValueSerde, names.JoinForeign));
        var topicSerde = new ForeignKeySerde<TForeignKey>(foreignKeySerde);
        var (latestLeft, latestRight) = (VersionedSemantics.IsVersioned(left.Node), VersionedSemantics.IsVersioned(right.Node));
        var combinedSerde = new CombinedKeySerde<TForeignKey, TKey>(
            foreignKeySerde, keySerde, StoreTopics("-fk"), StoreTopics("-pk"));
        var topology = writer.Topology;
        topology
            .AddRepartitionTopic(new RepartitionTopic(names.RegistrationTopic, null))
            .Add(new OperatorDefinition(
                names.Send,
                [left.Name],
                task => new SubscriptionSendNode<TKey, TValue, TForeignKey>(names.Send, task, settings, latestLeft)))
            .Add(new SinkDefinition<ForeignKey<TForeignKey>?, Subscription<TKey>>(
                names.RegistrationSink,
                [names.Send],
                names.RegistrationTopic,
                null,
                topicSerde,
                subscriptionSerde,
                joined.OtherPartitioner is { } other ? (topic, key, _, n) => key is { } k ? other(topic, k.Value, n) : null : null))
            .Add(new SourceDefinition<ForeignKey<TForeignKey>?, Subscription<TKey>>(
                names.RegistrationSource, [names.RegistrationTopic], topicSerde, subscriptionSerde))
            .Add(new OperatorDefinition(
                names.Receive,
                [names.RegistrationSource],
                task => new SubscriptionReceiveNode<TKey, TForeignKey>(names.Receive, task, names.Store)))
            .Add(new OperatorDefinition(
                names.JoinForeign,
                [names.Receive],
                task => new SubscriptionJoinNode<TKey, TForeignKey, TForeign>(names.JoinForeign, task, _foreigners)))
            .ConnectProcessorAndStateStores(names.JoinForeign, [.. _foreigners.StoreNames])
            .Add(new OperatorDefinition(
                names.ForeignJoin,
                [right.Name],
                task => new ForeignTableJoinNode<TKey, TForeignKey, TForeign>(
                    names.ForeignJoin, task, names.Store, combinedSerde.Prefix, latestRight)))
            .AddStore(
                new StoreDefinition(
                    Stores.TimestampedKeyValueStoreBuilder(
                        Stores.PersistentTimestampedKeyValueStore(names.Store),
                        combinedSerde,
                        new SubscriptionSerde<TKey>(keySerde, StoreTopics("-pk"))),
                    null),
                names.Receive,
                names.ForeignJoin)
            .AddRepartitionTopic(new RepartitionTopic(names.ResponseTopic, null))
            .Add(new SinkDefinition<TKey, SubscriptionResponse<TForeign>>(
                names.ResponseSink,
                [names.JoinForeign, names.ForeignJoin],
                names.ResponseTopic,
                null,
                keySerde,
                responseSerde,
                joined.Partitioner is { } own ? (topic, key, _, n) => own(topic, key, n) : (_, _, value, _) => value.Partition))
            .Add(new SourceDefinition<TKey, SubscriptionResponse<TForeign>>(
                names.ResponseSource, [names.ResponseTopic], keySerde, responseSerde))
            .Add(new OperatorDefinition(
                names.Resolver,
                [names.ResponseSource],
                task => new ResponseJoinNode<TKey, TValue, TForeign, TResult>(
                    names.Resolver, task, _values, settings.ValueSerde, names.RegistrationTopic, joiner, settings.IsLeft)))
            .ConnectProcessorAndStateStores(names.Resolver, [.. _values.StoreNames]);
    }

    /// <summary>Serdes in the store are told of the registration topic too, whatever the store's changelog.</summary>
    private PseudoTopics StoreTopics(string suffix) =>
        new($"{names.Store}-changelog".Length, names.RegistrationTopic + suffix);
}

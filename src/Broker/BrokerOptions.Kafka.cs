using System.Globalization;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker;

/// <content>The options under Kafka's names.</content>
public sealed partial record BrokerOptions
{
    /// <summary>
    /// Values of the broker's own configurations, under Kafka's names such as <c>log.cleaner.dedupe.buffer.size</c> or
    /// <c>log.retention.ms</c>, where there is no option for them. Default empty: Kafka's own defaults. Clients can see
    /// them and, where Kafka lets them, alter them while the broker runs; what was altered counts more.
    /// </summary>
    public IReadOnlyDictionary<string, string> Configs { get; init; } = new Dictionary<string, string>();

    /// <summary>All that the options say, by Kafka's names.</summary>
    internal IReadOnlyDictionary<string, string> ToKafka()
    {
        var named = new Dictionary<string, string>(Configs);
        foreach (var (name, value) in Named().Concat(NamedOfSecurity()))
            named[name] = value;
        return named;
    }

    private string? FaultOfConfigs()
    {
        foreach (var (name, value) in Configs)
        {
            if (BrokerConfigTable.Fault(name, value) is { } fault)
                return fault;
            if (Named().Concat(NamedOfSecurity()).Any(option => option.Name == name))
                return $"{name} has an option of its own.";
            if (BrokerConfigTable.All[name] is { Topic: { } topic } && TopicDefaults.ContainsKey(topic))
                return $"{name} is the same as {topic} in {nameof(TopicDefaults)}.";
            if (BrokerConfigTable.All[name] is { IsDynamic: false, Topic: null } && name != BrokerConfigTable.CleanerEnable)
                return $"{name} cannot be set.";
        }

        return null;
    }

    private IEnumerable<(string Name, string Value)> Named()
    {
        yield return ("auto.create.topics.enable", AutoCreateTopics ? "true" : "false");
        yield return ("broker.id", Text(BrokerContext.NodeId));
        yield return ("group.initial.rebalance.delay.ms", Text(InitialRebalanceDelay));
        yield return ("group.max.session.timeout.ms", Text(MaxSessionTimeout));
        yield return ("group.min.session.timeout.ms", Text(MinSessionTimeout));
        yield return (BrokerConfigTable.CleanerBackoffMs, Text(CompactionInterval));
        yield return ("log.dirs", Path.GetFullPath(DataDirectory));
        yield return (BrokerConfigTable.RetentionCheckIntervalMs, Text(RetentionCheckInterval));
        yield return ("num.partitions", Text(DefaultPartitions));
        yield return ("offsets.retention.minutes", Text((long)OffsetsRetention.TotalMinutes));
        yield return ("offsets.topic.num.partitions", Text(OffsetsTopicPartitions));
        yield return ("producer.id.expiration.ms", Text(ProducerIdExpiration));
        yield return ("socket.request.max.bytes", Text(MaxRequestBytes));
        yield return ("transaction.abort.timed.out.transaction.cleanup.interval.ms", Text(TransactionAbortInterval));
        yield return ("transaction.max.timeout.ms", Text(MaxTransactionTimeout));
        yield return ("transaction.state.log.num.partitions", Text(TransactionTopicPartitions));
        yield return ("transactional.id.expiration.ms", Text(TransactionalIdExpiration));
    }

    private static string Text(TimeSpan time) => Text((long)time.TotalMilliseconds);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

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

    /// <summary>
    /// These options with values under Kafka's names of broker configurations: times and numbers that have an option go
    /// there, as <c>offsets.retention.minutes</c> does, all others to <see cref="Configs"/>.
    /// </summary>
    /// <exception cref="BrokerException">A value that goes to an option is none.</exception>
    public BrokerOptions WithConfigs(IReadOnlyDictionary<string, string> configs)
    {
        var others = new Dictionary<string, string>(Configs);
        var options = this;
        foreach (var (name, value) in configs)
        {
            if (!Setters.TryGetValue(name, out var set))
            {
                others[name] = value;
                continue;
            }

            if (BrokerConfigTable.Fault(name, value) is { } fault)
                throw new BrokerException($"{nameof(BrokerOptions)}.{nameof(Configs)}: {fault}");
            options = set(options, long.Parse(value, CultureInfo.InvariantCulture));
        }

        return options with { Configs = others };
    }

    /// <summary>The options that are times or numbers and have no setting of another name.</summary>
    private static Dictionary<string, Func<BrokerOptions, long, BrokerOptions>> Setters { get; } =
        new()
        {
            ["group.initial.rebalance.delay.ms"] = (o, v) => o with { InitialRebalanceDelay = TimeSpan.FromMilliseconds(v) },
            ["group.max.session.timeout.ms"] = (o, v) => o with { MaxSessionTimeout = TimeSpan.FromMilliseconds(v) },
            ["group.min.session.timeout.ms"] = (o, v) => o with { MinSessionTimeout = TimeSpan.FromMilliseconds(v) },
            [BrokerConfigTable.CleanerBackoffMs] = (o, v) => o with { CompactionInterval = TimeSpan.FromMilliseconds(v) },
            [BrokerConfigTable.RetentionCheckIntervalMs] = (o, v) => o with { RetentionCheckInterval = TimeSpan.FromMilliseconds(v) },
            [BrokerConfigTable.OffsetsRetentionCheckIntervalMs] = (o, v) => o with { OffsetsRetentionCheckInterval = TimeSpan.FromMilliseconds(v) },
            ["offsets.retention.minutes"] = (o, v) => o with { OffsetsRetention = TimeSpan.FromMinutes(v) },
            ["offsets.topic.num.partitions"] = (o, v) => o with { OffsetsTopicPartitions = (int)v },
            [BrokerConfigTable.ProducerIdExpirationMs] = (o, v) => o with { ProducerIdExpiration = TimeSpan.FromMilliseconds(v) },
            ["transaction.abort.timed.out.transaction.cleanup.interval.ms"] =
                (o, v) => o with { TransactionAbortInterval = TimeSpan.FromMilliseconds(v) },
            ["transaction.max.timeout.ms"] = (o, v) => o with { MaxTransactionTimeout = TimeSpan.FromMilliseconds(v) },
            ["transaction.remove.expired.transaction.cleanup.interval.ms"] =
                (o, v) => o with { TransactionalIdExpirationCheckInterval = TimeSpan.FromMilliseconds(v) },
            ["transaction.state.log.num.partitions"] = (o, v) => o with { TransactionTopicPartitions = (int)v },
            ["transactional.id.expiration.ms"] = (o, v) => o with { TransactionalIdExpiration = TimeSpan.FromMilliseconds(v) },
        };

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
        yield return (BrokerConfigTable.OffsetsRetentionCheckIntervalMs, Text(OffsetsRetentionCheckInterval));
        yield return ("offsets.retention.minutes", Text((long)OffsetsRetention.TotalMinutes));
        yield return ("offsets.topic.num.partitions", Text(OffsetsTopicPartitions));
        yield return (BrokerConfigTable.ProducerIdExpirationMs, Text(ProducerIdExpiration));
        yield return ("socket.request.max.bytes", Text(MaxRequestBytes));
        yield return ("transaction.abort.timed.out.transaction.cleanup.interval.ms", Text(TransactionAbortInterval));
        yield return ("transaction.max.timeout.ms", Text(MaxTransactionTimeout));
        yield return ("transaction.remove.expired.transaction.cleanup.interval.ms", Text(TransactionalIdExpirationCheckInterval));
        yield return ("transaction.state.log.num.partitions", Text(TransactionTopicPartitions));
        yield return ("transactional.id.expiration.ms", Text(TransactionalIdExpiration));
    }

    private static string Text(TimeSpan time) => Text((long)time.TotalMilliseconds);

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}

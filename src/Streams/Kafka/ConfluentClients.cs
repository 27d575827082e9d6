using MedStreams.Streams.Kafka.Librdkafka;
using MedStreams.Streams.Runtime;

namespace MedStreams.Streams.Kafka;

/// <summary>Makes Confluent.Kafka clients with the engine's settings under those that the user passes through.</summary>
internal sealed class ConfluentClients(StreamsConfig config) : IKafkaClients
{
    public IStreamConsumer CreateConsumer(string clientId, string? groupInstanceId, bool tellsEndsSoon) => new ConfluentConsumer(With(config.MainConsumer, Static(groupInstanceId, new()
    {
        ["client.id"] = clientId,
        ["group.id"] = config.ApplicationId,
        ["enable.auto.commit"] = "false",
        ["enable.auto.offset.store"] = "false",
        ["enable.partition.eof"] = "true",
        ["auto.offset.reset"] = "error", // not silently: see IRecordReceiver.OnOutOfRange
        ["isolation.level"] = config.ExactlyOnce ? "read_committed" : "read_uncommitted",
        ["partition.assignment.strategy"] = "range",
        ["session.timeout.ms"] = Milliseconds(config.SessionTimeout),
        ["heartbeat.interval.ms"] = Milliseconds(TimeSpan.FromTicks(
            Math.Min(TimeSpan.FromMilliseconds(500).Ticks, config.SessionTimeout.Ticks / 3))),
        ["queued.min.messages"] = "1000000",
        ["fetch.error.backoff.ms"] = "50",
        ["fetch.wait.max.ms"] = tellsEndsSoon ? "50" : "500", // an end is told by an empty answer
        ["topic.metadata.refresh.interval.ms"] = "30000",
    })), marker: GroupLog.TopicOf(config.ApplicationId));

    public IRestoreConsumer CreateRestoreConsumer(string clientId) =>
        new ConfluentRestoreConsumer(With(config.RestoreConsumer, new()
        {
            ["client.id"] = clientId,
            ["group.id"] = config.ApplicationId + "-restore-unused",
            ["enable.auto.commit"] = "false",
            ["enable.auto.offset.store"] = "false",
            ["enable.partition.eof"] = "true",
            ["auto.offset.reset"] = "error", // not silently: see IRecordReceiver.OnOutOfRange
            ["isolation.level"] = "read_committed",
            ["queued.min.messages"] = "1000000",
            ["fetch.error.backoff.ms"] = "50",
            ["fetch.wait.max.ms"] = "50", // the end of a changelog that only markers follow is told by an empty answer
        }));

    public IRestoreConsumer CreateGlobalConsumer(string clientId) =>
        new ConfluentRestoreConsumer(With(config.GlobalConsumer, With(config.MainConsumer, new()
        {
            ["client.id"] = clientId,
            ["group.id"] = config.ApplicationId + "-global-unused",
            ["enable.auto.commit"] = "false",
            ["enable.auto.offset.store"] = "false",
            ["enable.partition.eof"] = "true",
            ["auto.offset.reset"] = "error",
            ["isolation.level"] = config.ExactlyOnce ? "read_committed" : "read_uncommitted",
            ["queued.min.messages"] = "1000000",
            ["fetch.error.backoff.ms"] = "50",
        })));

    public IStreamProducer CreateProducer(string clientId, string? transactionalId, TimeSpan? deliveryTimeout = null)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client.id"] = clientId,
            ["enable.idempotence"] = "true",
            ["partitioner"] = "murmur2_random",
            ["linger.ms"] = "5",
            ["queue.buffering.max.messages"] = "1000000",
        };
        if (transactionalId is not null)
        {
            settings["transactional.id"] = transactionalId;
            // As Kafka Streams: what a crashed instance left open must not block its successors for long.
            settings["transaction.timeout.ms"] = "10000";
            settings["message.timeout.ms"] = "10000";
        }

        if (deliveryTimeout is { } limit)
        {
            settings["linger.ms"] = "0";
            settings["message.timeout.ms"] = Milliseconds(limit);
        }

        var all = With(config.Producer, settings);
        return Rdkafka.IsUsable ? new RdkafkaProducer(all) : new ConfluentProducer(all);
    }

    public IStreamAdmin CreateAdmin(string clientId) =>
        new ConfluentAdmin(With(config.Admin, new()
        {
            ["client.id"] = clientId,
            ["group.id"] = config.ApplicationId + "-admin-unused",
            ["enable.auto.commit"] = "false",
            ["isolation.level"] = "read_uncommitted", // a read_committed consumer answers the last stable offset for the end
        }));

    private static Dictionary<string, string> Static(string? groupInstanceId, Dictionary<string, string> settings)
    {
        if (groupInstanceId is not null)
            settings["group.instance.id"] = groupInstanceId;
        return settings;
    }

    private static string Milliseconds(TimeSpan time) => ((long)time.TotalMilliseconds).ToString();

    private Dictionary<string, string> With(
        IReadOnlyDictionary<string, string> users, Dictionary<string, string> settings)
    {
        settings["bootstrap.servers"] = config.BootstrapServers;
        foreach (var (key, value) in users)
            settings[key] = value;
        return settings;
    }
}

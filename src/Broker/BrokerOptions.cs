using System.Net;

namespace MedStreams.Broker;

/// <summary>
/// How an <see cref="EmbeddedBroker"/> is set up. Immutable; <see cref="Validate"/> is called once, at the start.
/// </summary>
public sealed partial record BrokerOptions
{
    /// <summary>
    /// The folder that holds topics and records; made when it is not there. One broker at a time may use it. No default.
    /// </summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// The address to listen on, where <see cref="Listeners"/> is empty. Default 127.0.0.1: only programs on this machine
    /// can connect.
    /// </summary>
    public IPAddress ListenAddress { get; init; } = IPAddress.Loopback;

    /// <summary>
    /// The port to listen on, 0 to 65,535; 0 takes a free one, which <see cref="EmbeddedBroker.Port"/> tells. Default 9092.
    /// </summary>
    public int Port { get; init; } = 9092;

    /// <summary>
    /// The host name that clients are told to connect to. Default null: the address that each client used to connect,
    /// which is right unless something translates addresses in between.
    /// </summary>
    public string? AdvertisedHost { get; init; }

    /// <summary>The port that clients are told to connect to, 1 to 65,535. Default null: the one that is listened on.</summary>
    public int? AdvertisedPort { get; init; }

    /// <summary>Whether a topic that a client asks for, and may make, is made. Default true.</summary>
    public bool AutoCreateTopics { get; init; } = true;

    /// <summary>The partitions of a topic for which nobody says how many, 1 to 10,000. Default 1.</summary>
    public int DefaultPartitions { get; init; } = 1;

    /// <summary>The partitions of <c>__consumer_offsets</c>, 1 to 1,000; fixed once the topic exists. Default 4.</summary>
    public int OffsetsTopicPartitions { get; init; } = 4;

    /// <summary>The partitions of <c>__transaction_state</c>, 1 to 1,000; fixed once the topic exists. Default 4.</summary>
    public int TransactionTopicPartitions { get; init; } = 4;

    /// <summary>
    /// The most bytes of records in one Fetch response, 1 KiB to 1 GiB, whatever the client asks for. Default 55 MiB.
    /// </summary>
    public int MaxFetchBytes { get; init; } = 55 << 20;

    /// <summary>
    /// Values for what topics do not configure themselves, under Kafka's names of topic configurations, such as
    /// <c>retention.ms</c> or <c>segment.bytes</c>. Default empty: Kafka's own defaults.
    /// </summary>
    public IReadOnlyDictionary<string, string> TopicDefaults { get; init; } = new Dictionary<string, string>();

    /// <summary>When acknowledged records are on the disk. Default: grouped syncs, 2 ms apart.</summary>
    public FlushPolicy Flush { get; init; } = FlushPolicy.Grouped(TimeSpan.FromMilliseconds(2));

    /// <summary>
    /// How often the logs are looked after (recovery points, files of removed segments, idle producers), 100 ms to 1 h.
    /// Default 10 s.
    /// </summary>
    public TimeSpan MaintenanceInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often segments are looked for that topics keep no longer, 10 ms to 1 day
    /// (<c>log.retention.check.interval.ms</c>). Default 5 min.
    /// </summary>
    public TimeSpan RetentionCheckInterval { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// How often compacted topics are looked at for segments worth compacting, 10 ms to 1 day
    /// (<c>log.cleaner.backoff.ms</c>). Default 15 s.
    /// </summary>
    public TimeSpan CompactionInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How many bytes a partition takes before it gets a new recovery point, 1 MiB to 1 TiB: about what is read again after
    /// a crash. Default 64 MiB.
    /// </summary>
    public long CheckpointBytes { get; init; } = 64L << 20;

    /// <summary>
    /// How long a partition remembers an idempotent producer that writes nothing, 1 min to 24 days
    /// (<c>producer.id.expiration.ms</c>). Default 1 day.
    /// </summary>
    public TimeSpan ProducerIdExpiration { get; init; } = TimeSpan.FromDays(1);

    /// <summary>
    /// The shortest session that a group's member may ask for, 1 ms to 30 min (<c>group.min.session.timeout.ms</c>).
    /// Default 6 s.
    /// </summary>
    public TimeSpan MinSessionTimeout { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>
    /// The longest session that a group's member may ask for, from the shortest to 24 h
    /// (<c>group.max.session.timeout.ms</c>). Default 30 min.
    /// </summary>
    public TimeSpan MaxSessionTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// How long the first generation of a group waits for more members, 0 to 5 min
    /// (<c>group.initial.rebalance.delay.ms</c>). Default 50 ms; Apache Kafka's is 3 s, for members that start one by one.
    /// </summary>
    public TimeSpan InitialRebalanceDelay { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How long the offsets of a group without members are kept, 1 min to 3,650 days (<c>offsets.retention.minutes</c>).
    /// Default 7 days.
    /// </summary>
    public TimeSpan OffsetsRetention { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How often offsets are looked for that are kept no longer, 10 ms to 1 day (<c>offsets.retention.check.interval.ms</c>).
    /// Default 10 min.
    /// </summary>
    public TimeSpan OffsetsRetentionCheckInterval { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// The longest that a client may let a transaction last, 1 ms to 24 h (<c>transaction.max.timeout.ms</c>).
    /// Default 15 min.
    /// </summary>
    public TimeSpan MaxTransactionTimeout { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>
    /// How often overdue transactions are looked for and aborted, 10 ms to 1 h
    /// (<c>transaction.abort.timed.out.transaction.cleanup.interval.ms</c>). Default 10 s.
    /// </summary>
    public TimeSpan TransactionAbortInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a transactional id that nobody uses is remembered, 1 min to 3,650 days
    /// (<c>transactional.id.expiration.ms</c>). Default 7 days.
    /// </summary>
    public TimeSpan TransactionalIdExpiration { get; init; } = TimeSpan.FromDays(7);

    /// <summary>
    /// How often such ids are looked for, 10 ms to 1 day
    /// (<c>transaction.remove.expired.transaction.cleanup.interval.ms</c>). Default 1 h.
    /// </summary>
    public TimeSpan TransactionalIdExpirationCheckInterval { get; init; } = TimeSpan.FromHours(1);
}

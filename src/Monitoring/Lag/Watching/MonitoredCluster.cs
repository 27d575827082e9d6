using Confluent.Kafka;

namespace MedStreams.Monitoring.Lag;

/// <summary>A Kafka cluster whose groups are watched.</summary>
public sealed record MonitoredCluster
{
    /// <summary>Its name, in addresses, metrics and notifications; not empty, without a slash.</summary>
    public required string Name { get; init; }

    /// <summary>Its brokers, as they are shown: <c>HOST:PORT</c>.</summary>
    public required IReadOnlyList<string> Servers { get; init; }

    /// <summary>Makes a consumer with these settings; it reads <c>__consumer_offsets</c> and the records that wait, and commits nothing.</summary>
    public required Func<ConsumerConfig, IConsumer<byte[]?, byte[]?>> Connect { get; init; }

    /// <summary>Makes a client that is asked which topics there are.</summary>
    public required Func<IAdminClient> Admin { get; init; }

    /// <summary>Between two looks at the ends of partitions; 100 ms or more, default 10 s.</summary>
    public TimeSpan OffsetRefresh { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Between two looks at which topics there are; default 60 s. A commit for a topic that is not known makes it earlier.</summary>
    public TimeSpan TopicRefresh { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long brokers may take to answer; default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the times of records that wait are looked up where they do not follow from ends that were seen; default yes.</summary>
    public bool LooksUpTimes { get; init; } = true;

    /// <summary>How much is kept.</summary>
    public LagBookSettings Book { get; init; } = new();

    /// <summary>The rules by which groups are judged.</summary>
    public LagRules Rules { get; init; } = new();
}

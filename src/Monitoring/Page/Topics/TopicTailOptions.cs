using Confluent.Kafka;

namespace MedStreams.Monitoring.Page;

/// <summary>A topic that a part of the page reads.</summary>
public sealed record TopicTailOptions
{
    /// <summary>The topic; while it is not there, the part is absent.</summary>
    public required string Topic { get; init; }

    /// <summary>Makes a consumer with these settings; it commits nothing.</summary>
    public required Func<ConsumerConfig, IConsumer<byte[]?, byte[]?>> Connect { get; init; }

    /// <summary>Makes a client that is asked which topics there are.</summary>
    public required Func<IAdminClient> Admin { get; init; }

    /// <summary>How long brokers may take to answer; default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>So many of the last records of each partition are read at the start, and after nobody looked for long; default 20,000.</summary>
    public int Last { get; init; } = 20_000;
}

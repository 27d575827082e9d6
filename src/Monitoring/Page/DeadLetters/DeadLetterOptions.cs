using Confluent.Kafka;

namespace MedStreams.Monitoring.Page;

/// <summary>Which dead-letter topics a page shows, and how they are read and replayed.</summary>
public sealed record DeadLetterOptions
{
    /// <summary>The topics; those that are not there are passed over.</summary>
    public required IReadOnlyList<string> Topics { get; init; }

    /// <summary>Makes a consumer with these settings; it commits nothing.</summary>
    public required Func<ConsumerConfig, IConsumer<byte[]?, byte[]?>> Connect { get; init; }

    /// <summary>Makes a producer with these settings.</summary>
    public required Func<ProducerConfig, IProducer<byte[]?, byte[]?>> Produce { get; init; }

    /// <summary>Makes a client that is asked which topics there are.</summary>
    public required Func<IAdminClient> Admin { get; init; }

    /// <summary>How long brokers may take to answer; default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether a record may be written back to a topic, as its headers name it. They are only as true as whoever may write dead letters: a topology names the
    /// topics that it reads.
    /// </summary>
    public required Func<string, bool> MayReplayTo { get; init; }

    /// <summary>Whether the errors' texts hold nothing of records, as those of this engine do; else they are masked too. Default no.</summary>
    public bool HasSafeTexts { get; init; }
}

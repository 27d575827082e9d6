using MedStreams.Streams;

namespace MedStreams.Sinks.Migration;

/// <summary>How tasks get from the outbox into their topic. Immutable.</summary>
public sealed record OutboxRelayOptions
{
    /// <summary>Settings of the Kafka clients by librdkafka's names; <c>bootstrap.servers</c> at least.</summary>
    public required IReadOnlyDictionary<string, string> Kafka { get; init; }

    /// <summary>
    /// The topic. Default <c>migration.tasks</c>. Nobody else may write transactions to it, and it must keep records longer than the relay is ever stopped
    /// between a commit to Kafka and the note of it in the database.
    /// </summary>
    public string Topic { get; init; } = "migration.tasks";

    /// <summary>Begins the transactional id, which the database's own id ends: authorisation may be by prefix. Default <c>migration-outbox-</c>.</summary>
    public string TransactionalIdPrefix { get; init; } = "migration-outbox-";

    /// <summary>Tasks in one transaction. Default 500; at least 1.</summary>
    public int Batch { get; init; } = 500;

    /// <summary>Pause before looking again where no task waits. Default 100 ms; more than 0.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the outbox belongs to one relay after its last sign of life. Default 10 s; at least 1 s.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest wait for the brokers before trying anew. Default 30 s; at least 1 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    internal void Validate()
    {
        if (Topic.Length == 0 || !Kafka.ContainsKey("bootstrap.servers"))
            throw new StreamsException("OutboxRelayOptions.Topic and the setting bootstrap.servers must be there.");
        if (Batch < 1 || Interval <= TimeSpan.Zero || Lease < TimeSpan.FromSeconds(1) || Patience < TimeSpan.FromSeconds(1))
            throw new StreamsException("OutboxRelayOptions: Batch must be at least 1, Interval more than 0, Lease and Patience at least 1 s.");
    }
}

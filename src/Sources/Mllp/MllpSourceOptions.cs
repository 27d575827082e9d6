using System.Text;
using MedStreams.Hl7.Mllp;

namespace MedStreams.Sources.Mllp;

/// <summary>How messages come from MLLP connections into a topic.</summary>
public sealed record MllpSourceOptions
{
    /// <summary>Settings of the Kafka clients by librdkafka's names; <c>bootstrap.servers</c> at least.</summary>
    public required IReadOnlyDictionary<string, string> Kafka { get; init; }

    /// <summary>
    /// This source's name among all: the same after each start, another one for each source that runs at the same time. It
    /// stands in the transactional id, by which a restarted source ends what the one before it left open.
    /// </summary>
    public required string InstanceId { get; init; }

    /// <summary>The server.</summary>
    public MllpServerOptions Server { get; init; } = new();

    /// <summary>Where messages go.</summary>
    public string Topic { get; init; } = "hl7.inbound";

    /// <summary>Where bytes go that are no message, or one that is refused.</summary>
    public string DeadLetterTopic { get; init; } = "hl7.inbound.dead-letter";

    /// <summary>The character set of messages that name none; UTF-8 by default.</summary>
    public Encoding CharacterSet { get; init; } = Encoding.UTF8;

    /// <summary>
    /// The kinds of messages that are taken, as <c>ADT</c> or <c>ADT^A01</c>; all others are refused (AR). Empty: all kinds.
    /// </summary>
    public IReadOnlyCollection<string> MessageTypes { get; init; } = [];

    /// <summary>How long a message is remembered, so that it is not taken a second time when its sender repeats it.</summary>
    public TimeSpan DuplicateWindow { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How many messages are remembered at most, 150 bytes each about.</summary>
    public int DuplicateLimit { get; init; } = 500_000;

    /// <summary>How many messages share a transaction at most. Those that arrive while one is being committed share the next.</summary>
    public int MaxBatch { get; init; } = 1000;

    /// <summary>How long the first answer of a broker may take at the start.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}

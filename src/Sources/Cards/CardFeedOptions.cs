namespace MedStreams.Sources.Cards;

/// <summary>How cards come into their topic.</summary>
public sealed record CardFeedOptions
{
    /// <summary>How brokers are reached, by librdkafka's names.</summary>
    public required IReadOnlyDictionary<string, string> Kafka { get; init; }

    /// <summary>The topic of cards; compacted.</summary>
    public required string Topic { get; init; }

    /// <summary>Where rows go that are no cards.</summary>
    public required string DeadLetterTopic { get; init; }

    /// <summary>The source's name: in markers, and to tell its cards from those of others.</summary>
    public required string Source { get; init; }

    /// <summary>By which name the processes that share the feeding find one another: a consumer group, and a transactional id.</summary>
    public required string Group { get; init; }

    /// <summary>
    /// Which share of the known cards may vanish at once, 0 to 1; default 0.5. More, of at least 20, is taken for an accident such as a table that is being loaded: nothing is
    /// written, and it is told.
    /// </summary>
    public double MostRemoved { get; init; } = 0.5;

    /// <summary>How often it is at least said that the source was read; default 1 min.</summary>
    public TimeSpan MarkerInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long is waited for brokers; default 30 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

namespace MedStreams.Topologies.Synchronisation;

/// <summary>The rules of a synchronisation. Immutable; every instance of an application has the same, <see cref="Owner"/> aside.</summary>
public sealed record SynchronisationOptions
{
    /// <summary>Where cards come from; should be compacted. Any number of partitions.</summary>
    public string CardTopic { get; init; } = "sync.cards";

    /// <summary>Where shards announce rounds and calls, and read them back once they are committed. Has <see cref="Shards"/> partitions.</summary>
    public string StepTopic { get; init; } = "sync.steps";

    /// <summary>Where results go, by card.</summary>
    public string ResultTopic { get; init; } = "sync.results";

    /// <summary>Where the states of shards go, by shard; should be compacted.</summary>
    public string StatusTopic { get; init; } = "sync.status";

    /// <summary>Where people say what they want; compacted, one partition.</summary>
    public string ControlTopic { get; init; } = "sync.control";

    /// <summary>
    /// How many shards there are, 1 to 1,000; default 12. Each holds the groups of several enterprises and is worked by one instance at a time (S2.1). Cannot be changed
    /// while an application has state.
    /// </summary>
    public int Shards { get; init; } = 12;

    /// <summary>By which name this instance is shown as the owner of shards.</summary>
    public string Owner { get; init; } = "medstreams";

    /// <summary>The time between two rounds of a shard; from 10 ms. Default 10 s.</summary>
    public TimeSpan RoundInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a shard looks for words of people and tells its state; 10 ms to <see cref="RoundInterval"/>. Default 1 s.</summary>
    public TimeSpan LookInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long before its validity date a card may be synchronised, in days from 0. Default 0.</summary>
    public int DaysAhead { get; init; }

    /// <summary>In which zone a day begins; default UTC.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>
    /// The sources that a new task depends on: each must have told all its cards once (S2.6). Default one named <c>cards</c>; empty where none of the sources tells when it is
    /// done.
    /// </summary>
    public IReadOnlyList<string> Sources { get; init; } = ["cards"];

    /// <summary>How old the last word of a source may be for a new task to begin; default null: any age.</summary>
    public TimeSpan? SourceMaxAge { get; init; }

    /// <summary>How many calls of one operator a shard has on their way at a time, from 1. Default 8. Calls of a group never overlap.</summary>
    public int CallsAtOnce { get; init; } = 8;

    /// <summary>How long a call may take before it is given up, 10 ms to 10 min. Default 30 s; should be more than operators' own time-outs.</summary>
    public TimeSpan CallLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How old a committed announcement may be for its call to be made, from 1 s. Default 30 s. Less than the session time-out, so that an instance that was
    /// stopped and has lost its shards calls nobody.
    /// </summary>
    public TimeSpan AnnouncementLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After how many calls that the operator failed to answer a card is passed over until the next task, from 1. Default 5. Throttled calls do not count.</summary>
    public int Tries { get; init; } = 5;

    /// <summary>How long it is remembered for which dates a card was synchronised, also after it is gone; from 1 d. Default 400 d.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromDays(400);

    /// <summary>Checks ranges.</summary>
    /// <exception cref="ArgumentException">A setting is out of its range; the text names it and what is allowed.</exception>
    public void Validate()
    {
        Require(Shards is >= 1 and <= 1000, "Shards must be 1 to 1,000.", nameof(Shards));
        Require(LookInterval >= TimeSpan.FromMilliseconds(10), "LookInterval must be 10 ms or more.", nameof(LookInterval));
        Require(RoundInterval >= LookInterval, "RoundInterval must be at least LookInterval.", nameof(RoundInterval));
        Require(DaysAhead >= 0, "DaysAhead must not be negative.", nameof(DaysAhead));
        Require(SourceMaxAge is null || SourceMaxAge > TimeSpan.Zero, "SourceMaxAge must be more than 0.", nameof(SourceMaxAge));
        Require(CallsAtOnce >= 1, "CallsAtOnce must be 1 or more.", nameof(CallsAtOnce));
        Require(CallLimit >= TimeSpan.FromMilliseconds(10) && CallLimit <= TimeSpan.FromMinutes(10), "CallLimit must be 10 ms to 10 min.", nameof(CallLimit));
        Require(AnnouncementLimit >= TimeSpan.FromSeconds(1), "AnnouncementLimit must be 1 s or more.", nameof(AnnouncementLimit));
        Require(Tries >= 1, "Tries must be 1 or more.", nameof(Tries));
        Require(Retention >= TimeSpan.FromDays(1), "Retention must be 1 d or more.", nameof(Retention));
    }

    /// <summary>The last validity date that is due at a time.</summary>
    internal DateOnly Horizon(long now) => Day(now).AddDays(DaysAhead);

    /// <summary>Dates before this one need not be remembered at a time.</summary>
    internal DateOnly ForgetBefore(long now) => Day(now).AddDays(-(int)Retention.TotalDays);

    private DateOnly Day(long now) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(now), Zone).DateTime);

    private static void Require(bool holds, string otherwise, string setting)
    {
        if (!holds)
            throw new ArgumentException(otherwise, setting);
    }
}

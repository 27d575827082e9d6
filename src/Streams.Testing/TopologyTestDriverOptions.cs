namespace MedStreams.Streams.Testing;

/// <summary>What a test driver may be told. Immutable.</summary>
public sealed record TopologyTestDriverOptions
{
    /// <summary>The application's id, with which internal topics begin; <c>test</c> by default.</summary>
    public string ApplicationId { get; init; } = "test";

    /// <summary>What the wall clock shows at the beginning; 1970-01-01T00:00:00Z by default.</summary>
    public DateTimeOffset WallClockStart { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>What to do with bytes that a serde refuses; fail by default.</summary>
    public ErrorHandler OnDeserializationError { get; init; } = static _ => ErrorVerdict.Fail;

    /// <summary>What to do when a processor throws; fail by default.</summary>
    public ErrorHandler OnProcessingError { get; init; } = static _ => ErrorVerdict.Fail;

    /// <summary>Where handlers that answer <see cref="ErrorVerdict.DeadLetter"/> send records; null: nowhere.</summary>
    public string? DeadLetterTopic { get; init; }

    /// <summary>
    /// How long, in real time, a call of an asynchronous node may run before the driver moves its clock on to the call's time-out; 5 s by
    /// default. Calls that wait on <see cref="AsyncCallContext.Clock"/>, and waits between attempts, cost no real time.
    /// </summary>
    public TimeSpan CallPatience { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Where persistent stores are kept from one driver to the next; null keeps all stores in memory.</summary>
    public string? StateDirectory { get; init; }
}

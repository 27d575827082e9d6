namespace MedStreams.Topologies.Synchronisation;

/// <summary>What came of a call.</summary>
/// <param name="Outcome">Which.</param>
public sealed record CallResult(CallOutcome Outcome)
{
    /// <summary>Why, in words that hold nothing of the card; null where there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>
    /// How long the operator wants to be left alone, where it is <see cref="CallOutcome.Throttled"/>; else after which time a repetition makes sense. Null: it did not
    /// say.
    /// </summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Until when the circuit breaker is open.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The operator did it now.</summary>
    public static CallResult Done { get; } = new(CallOutcome.Done);

    /// <summary>The operator had done it before.</summary>
    public static CallResult AlreadyDone { get; } = new(CallOutcome.AlreadyDone);

    /// <summary>The operator will not do it, however often it is asked.</summary>
    public static CallResult Refused(string reason) => new(CallOutcome.Refused) { Reason = reason };

    /// <summary>The operator, or the rate limit set for it, wants fewer calls.</summary>
    public static CallResult Throttled(TimeSpan? retryAfter = null) => new(CallOutcome.Throttled) { RetryAfter = retryAfter };

    /// <summary>The operator did not answer, or with an error; it may have done it all the same.</summary>
    public static CallResult Unavailable(string reason, TimeSpan? retryAfter = null) =>
        new(CallOutcome.Unavailable) { Reason = reason, RetryAfter = retryAfter };

    /// <summary>The operator failed so often that it is not called for a while.</summary>
    public static CallResult BreakerOpen(DateTimeOffset until) => new(CallOutcome.BreakerOpen) { Until = until };
}

/// <summary>Kinds of results.</summary>
public enum CallOutcome
{
    /// <summary>See <see cref="CallResult.Done"/>.</summary>
    Done,

    /// <summary>See <see cref="CallResult.AlreadyDone"/>.</summary>
    AlreadyDone,

    /// <summary>See <see cref="CallResult.Refused"/>.</summary>
    Refused,

    /// <summary>See <see cref="CallResult.Throttled"/>.</summary>
    Throttled,

    /// <summary>See <see cref="CallResult.Unavailable"/>.</summary>
    Unavailable,

    /// <summary>See <see cref="CallResult.BreakerOpen"/>.</summary>
    BreakerOpen,
}

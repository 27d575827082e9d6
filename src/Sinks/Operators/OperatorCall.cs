namespace MedStreams.Sinks.Operators;

/// <summary>One card to bring up to date for one due date.</summary>
/// <param name="Key">The idempotency key: the same for every repetition, and for no other call. Of printable ASCII.</param>
/// <param name="Fields">What templates are filled with, by the names of <see cref="OperatorFields"/>.</param>
public sealed record OperatorCall(string Key, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>
    /// Whether the call may have been made before without anybody having heard what came of it, also by a process that is gone. Counts where the operator is asked
    /// (<see cref="OperatorLookUp.Settle"/>).
    /// </summary>
    public bool MayHaveBeenMade { get; init; }
}

/// <summary>What came of a call.</summary>
public enum OperatorOutcome
{
    /// <summary>The card is up to date by this call.</summary>
    Done,

    /// <summary>The card was up to date before, or by an earlier try of this call.</summary>
    AlreadyDone,

    /// <summary>The operator does not take this card; to repeat it is of no use.</summary>
    Refused,

    /// <summary>The operator takes no more for now, or its limit here is reached. <see cref="OperatorAnswer.RetryAfter"/> says when to come again.</summary>
    Throttled,

    /// <summary>The operator was not reached, or its answer does not say what it did.</summary>
    Unavailable,

    /// <summary>The operator has failed too often and is left alone; <see cref="OperatorAnswer.RetryAfter"/> says for how long.</summary>
    BreakerOpen,
}

/// <summary>The answer to a call.</summary>
/// <param name="Outcome">What came of it.</param>
public sealed record OperatorAnswer(OperatorOutcome Outcome)
{
    /// <summary>Why, in a few words without anything of the card; empty where it is done.</summary>
    public string Reason { get; init; } = "";

    /// <summary>When to come again, from now; null where that is up to the caller.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the operator may have done it all the same, so that the same call has to be repeated with the same key.</summary>
    public bool MayBeDone { get; init; }
}

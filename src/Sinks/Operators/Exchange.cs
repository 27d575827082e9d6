namespace MedStreams.Sinks.Operators;

/// <summary>What one request came to.</summary>
internal enum ExchangeKind
{
    /// <summary>It is done by this request.</summary>
    Done,

    /// <summary>It was done before.</summary>
    AlreadyDone,

    /// <summary>The operator has not done it: an answer to a look-up.</summary>
    Missing,

    /// <summary>Never.</summary>
    Refused,

    /// <summary>Not now, and nothing was done.</summary>
    Throttled,

    /// <summary>No answer, or one that says nothing.</summary>
    Failed,

    /// <summary>No request was made, since too many have failed.</summary>
    Shut,

    /// <summary>No request was made, since what the operator said when it was asked is too old.</summary>
    Stale,
}

/// <summary>What one request came to.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Reason">Why, without anything of the card.</param>
internal readonly record struct Exchange(ExchangeKind Kind, string Reason = "")
{
    /// <summary>What the server asks for, or what is needed here.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether it may have been done all the same.</summary>
    public bool MayBeDone { get; init; }

    /// <summary>Whether nothing was asked for since the operator may still be at an earlier call.</summary>
    public bool IsSettling { get; init; }

    /// <summary>Whether another try may help.</summary>
    public bool IsWorthTrying => Kind is ExchangeKind.Throttled or ExchangeKind.Failed or ExchangeKind.Stale;
}

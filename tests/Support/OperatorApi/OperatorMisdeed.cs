namespace MedStreams.Support.OperatorApi;

/// <summary>What an operator does wrong with a request.</summary>
internal enum OperatorMisdeed
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>429 with Retry-After in seconds; nothing is done.</summary>
    Throttle,

    /// <summary>429 with Retry-After as a date; nothing is done.</summary>
    ThrottleUntil,

    /// <summary>503; nothing is done.</summary>
    Fail,

    /// <summary>It is done, and the answer is 500.</summary>
    Lie,

    /// <summary>No answer, and nothing is done.</summary>
    Hang,

    /// <summary>It is done, and there is no answer.</summary>
    HangAfter,

    /// <summary>It is done and answered late, also where nobody waits for the answer any more.</summary>
    Late,

    /// <summary>The connection is cut; nothing is done.</summary>
    Cut,

    /// <summary>It is done, and the connection is cut.</summary>
    CutAfter,

    /// <summary>The process dies before it does anything.</summary>
    Die,

    /// <summary>The process dies when it is done, before the answer.</summary>
    DieAfter,
}

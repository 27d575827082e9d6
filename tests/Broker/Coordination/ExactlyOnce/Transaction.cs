namespace MedStreams.Broker.Tests.Coordination;

/// <summary>What is known of how a transaction ended.</summary>
internal enum Outcome
{
    /// <summary>It is open.</summary>
    Open,

    /// <summary>The answer to its end was lost: one or the other, for all that belongs to it.</summary>
    Unknown,

    Committed,
    Aborted,
}

/// <summary>A transaction as its client sees it.</summary>
/// <param name="Group">The group whose offset it may commit; each transactional id has its own.</param>
internal sealed record Transaction(string Group)
{
    public Outcome Outcome { get; set; }

    /// <summary>Values that were acknowledged.</summary>
    public List<int> Values { get; } = [];

    /// <summary>Values whose write was not acknowledged, and was not tried again.</summary>
    public List<int> Doubtful { get; } = [];

    /// <summary>The offset that it commits; -1 when none.</summary>
    public long Offset { get; set; } = -1;
}

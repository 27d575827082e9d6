namespace MedStreams.Topologies.Synchronisation;

/// <summary>What came of a card for a due date, in the topic of results by <see cref="CardKey"/>: once for each date, or once more where a refused card has changed.</summary>
/// <param name="Number">The card's number.</param>
/// <param name="Operator">The operator.</param>
/// <param name="Due">The validity date.</param>
/// <param name="Outcome">Done, done before, or refused.</param>
/// <param name="At">When, in epoch milliseconds.</param>
/// <param name="Attempts">How often the call was announced, from 1.</param>
public sealed record SyncResult(string Number, string Operator, DateOnly Due, CallOutcome Outcome, long At, int Attempts)
{
    /// <summary>The enterprise.</summary>
    public string Enterprise { get; init; } = "";

    /// <summary>The number of the group's task with this operator.</summary>
    public long Task { get; init; }

    /// <summary>Why it was refused; null: it was not, or the operator did not say.</summary>
    public string? Reason { get; init; }
}

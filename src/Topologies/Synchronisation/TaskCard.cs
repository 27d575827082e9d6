using System.Collections.Immutable;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>A card in the task data of its group: what was read of it when a task last began, and what was done. Immutable.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Operator">Its operator.</param>
/// <param name="Due">Its validity date.</param>
/// <param name="Digest">The digest that changes are detected by.</param>
/// <param name="State">Where it stands for that date.</param>
internal sealed record TaskCard(string Number, string Operator, DateOnly Due, string Digest, TaskCardState State)
{
    /// <summary>The dates that it was synchronised for, the oldest first: it never is again for one of them.</summary>
    public ImmutableArray<DateOnly> Synced { get; init; } = [];

    /// <summary>The dates for which a call may have reached the operator, without a word of what came of it: an operator without idempotency keys is asked first.</summary>
    public ImmutableArray<DateOnly> Unsure { get; init; } = [];

    /// <summary>Whether a task up to a date has to synchronise it (S2.4).</summary>
    public bool Needs(DateOnly horizon) => State == TaskCardState.Pending && Due <= horizon;
}

/// <summary>Where a card stands for its present date.</summary>
internal enum TaskCardState
{
    /// <summary>It is to be synchronised when the date comes.</summary>
    Pending,

    /// <summary>It is synchronised.</summary>
    Synced,

    /// <summary>The operator will not do it; a change of the card gives it another chance.</summary>
    Refused,

    /// <summary>Its source has it no more; only its dates are remembered.</summary>
    Gone,
}

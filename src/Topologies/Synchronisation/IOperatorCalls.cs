namespace MedStreams.Topologies.Synchronisation;

/// <summary>
/// Calls operators' APIs: the only part of a synchronisation that touches them. Safe for several threads; calls of several operators run side by side, and
/// none waits for another operator's.
/// </summary>
public interface IOperatorCalls
{
    /// <summary>
    /// Synchronises a card with its operator, at most once for each <see cref="CardCall.IdempotencyKey"/> whatever happened before: the key is sent where the API
    /// takes one; where it does not, it is looked first whether the card is synchronised for that date already. Has a time-out of its own,
    /// and must not block the thread that calls it: it is the task's.
    /// </summary>
    /// <param name="call">What to synchronise.</param>
    /// <param name="cancellation">Gives it up; the operator may have got it all the same.</param>
    /// <returns>
    /// What came of it. Failures of the operator are results too and never thrown; an operator that is not known refuses. Reasons hold nothing of the card.
    /// </returns>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    Task<CallResult> SyncAsync(CardCall call, CancellationToken cancellation);
}

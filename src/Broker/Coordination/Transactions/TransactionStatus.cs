namespace MedStreams.Broker.Coordination;

/// <summary>The states of a transactional id. The numbers are those of <c>__transaction_state</c>.</summary>
internal enum TransactionStatus : byte
{
    /// <summary>Known, and no transaction yet under this epoch.</summary>
    Empty = 0,

    /// <summary>Partitions have been added.</summary>
    Ongoing = 1,

    /// <summary>The commit is decided; markers are on their way.</summary>
    PrepareCommit = 2,

    /// <summary>The abort is decided; markers are on their way.</summary>
    PrepareAbort = 3,

    /// <summary>The last transaction committed.</summary>
    CompleteCommit = 4,

    /// <summary>The last transaction aborted.</summary>
    CompleteAbort = 5,

    /// <summary>The id expired and is being forgotten.</summary>
    Dead = 6,

    /// <summary>The epoch was raised to fence a producer whose transaction is about to be aborted. Never written.</summary>
    PrepareEpochFence = 7,
}

/// <summary>The legal moves between the states of a transactional id.</summary>
internal static class TransactionStatuses
{
    /// <summary>Whether <paramref name="from"/> may become <paramref name="to"/>.</summary>
    public static bool CanBecome(this TransactionStatus from, TransactionStatus to) => to switch
    {
        TransactionStatus.Empty => from is TransactionStatus.Empty || from.IsComplete(),
        TransactionStatus.Ongoing =>
            from is TransactionStatus.Empty or TransactionStatus.Ongoing || from.IsComplete(),
        TransactionStatus.PrepareCommit => from is TransactionStatus.Ongoing,
        TransactionStatus.PrepareEpochFence => from is TransactionStatus.Ongoing,
        TransactionStatus.PrepareAbort => from is TransactionStatus.Ongoing or TransactionStatus.PrepareEpochFence,
        TransactionStatus.CompleteCommit => from is TransactionStatus.PrepareCommit,
        TransactionStatus.CompleteAbort => from is TransactionStatus.PrepareAbort,
        TransactionStatus.Dead => from is TransactionStatus.Empty || from.IsComplete(),
        _ => false,
    };

    /// <summary>Whether markers are still to be written.</summary>
    public static bool IsPrepared(this TransactionStatus status) =>
        status is TransactionStatus.PrepareCommit or TransactionStatus.PrepareAbort;

    /// <summary>Whether the last transaction is over.</summary>
    public static bool IsComplete(this TransactionStatus status) =>
        status is TransactionStatus.CompleteCommit or TransactionStatus.CompleteAbort;
}

namespace MedStreams.Broker.Storage;

/// <summary>How far a reader may read.</summary>
internal enum ReadLimit
{
    /// <summary>All durable records (read_uncommitted).</summary>
    HighWatermark,

    /// <summary>Durable records up to the first undecided transaction (read_committed).</summary>
    LastStable,

    /// <summary>Everything written, durable or not: for the broker itself, when it loads.</summary>
    LogEnd,
}

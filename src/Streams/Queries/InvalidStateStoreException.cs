namespace MedStreams.Streams;

/// <summary>Why a store cannot be asked.</summary>
public enum InvalidStateStoreReason
{
    /// <summary>The topology has no store of that name, or it is of another kind.</summary>
    UnknownStore,

    /// <summary>The store has no such partition.</summary>
    UnknownPartition,

    /// <summary>The instance is not started.</summary>
    NotStarted,

    /// <summary>Tasks are being given out or restored: ask again soon.</summary>
    Rebalancing,

    /// <summary>The partition is not here (any more): ask the instance that the metadata names.</summary>
    Migrated,

    /// <summary>The instance has stopped.</summary>
    NotAvailable,
}

/// <summary>A store cannot be asked (now, or here); the reason says which.</summary>
public sealed class InvalidStateStoreException : StreamsException
{
    /// <summary>An error without a text.</summary>
    public InvalidStateStoreException()
    {
    }

    /// <summary>An error that names the store.</summary>
    public InvalidStateStoreException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public InvalidStateStoreException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal InvalidStateStoreException(InvalidStateStoreReason reason, string message)
        : base(message) =>
        Reason = reason;

    /// <summary>Why.</summary>
    public InvalidStateStoreReason Reason { get; }
}

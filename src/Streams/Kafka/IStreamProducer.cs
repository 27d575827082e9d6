using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Kafka;

/// <summary>Why a record did not arrive.</summary>
/// <param name="Code">The error's name.</param>
/// <param name="IsTransient">
/// True where sending it again may help (no answer in time, purged by an abort, another leader, a lost producer id), false where the
/// broker refuses the record itself.
/// </param>
internal readonly record struct DeliveryFailure(string Code, bool IsTransient);

/// <summary>What became of a record: its offset, or why it did not arrive.</summary>
internal delegate void DeliveryListener(string topic, int partition, long offset, DeliveryFailure? failure);

/// <summary>The producer of one stream thread: the engine's whole view of writing to Kafka.</summary>
internal interface IStreamProducer : IDisposable
{
    /// <summary>Sends a copy of the bytes; waits for room while the client's queue is full.</summary>
    /// <param name="record">The record.</param>
    /// <param name="listener">
    /// Called within later calls, at the latest within <see cref="Flush"/> or <see cref="CommitTransaction"/>, or on a thread of the
    /// client's; null: not told.
    /// </param>
    void Send(in OutgoingRecord record, DeliveryListener? listener);

    /// <summary>Waits until everything sent was acknowledged or given up.</summary>
    void Flush();

    /// <summary>Fences older producers of the same transactional id and finishes their transactions.</summary>
    void InitTransactions(TimeSpan timeout);

    void BeginTransaction();

    void SendOffsets(IReadOnlyDictionary<TopicPartition, long> offsets, object groupMetadata, TimeSpan timeout);

    void CommitTransaction(TimeSpan timeout);

    void AbortTransaction(TimeSpan timeout);
}

/// <summary>
/// The transaction is lost, and what belongs to it must be undone: abort (or, where <see cref="IsFenced"/>, make a new producer),
/// drop uncommitted state, go on from the committed offsets. Never ends the process.
/// </summary>
internal sealed class TransactionLostException(string message, bool isFenced, Exception inner)
    : StreamsException(message, inner)
{
    /// <summary>True where another producer has taken over, or the producer is of no use any more.</summary>
    public bool IsFenced { get; } = isFenced;
}

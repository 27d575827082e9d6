namespace MedStreams.Streams;

/// <summary>One partition of a sink's topic, as the target knows it.</summary>
/// <param name="ApplicationId">The application that writes.</param>
/// <param name="Sink">The sink's name in the topology.</param>
/// <param name="Topic">The topic it reads.</param>
/// <param name="Partition">The partition, from 0.</param>
public readonly record struct SinkPartition(string ApplicationId, string Sink, string Topic, int Partition);

/// <summary>
/// A target outside Kafka that takes records exactly once: it keeps, beside the data and in the same transaction, the
/// next offset of each partition and the epoch of its owner. Safe for use by several threads.
/// </summary>
public interface ISink<TKey, TValue>
{
    /// <summary>
    /// Claims a partition: raises its epoch in the target, so that writes of an earlier owner fail from now on, and
    /// reads where to go on.
    /// </summary>
    /// <exception cref="SinkUnavailableException">The target cannot be reached now; nothing was claimed.</exception>
    ValueTask<ISinkWriter<TKey, TValue>> ClaimAsync(SinkPartition partition, CancellationToken cancellationToken);
}

/// <summary>The claim of one partition. Owned by one stream thread.</summary>
public interface ISinkWriter<TKey, TValue> : IAsyncDisposable
{
    /// <summary>The first offset that the target does not hold yet; null where nothing was ever written.</summary>
    long? NextOffset { get; }

    /// <summary>About how many bytes wait for the next commit; the engine commits early when they become many.</summary>
    long BufferedBytes { get; }

    /// <summary>Buffers a record. Offsets ascend; those below <see cref="NextOffset"/> are ignored.</summary>
    void Write(in Record<TKey, TValue> record, RecordMetadata metadata);

    /// <summary>
    /// Writes what is buffered and the next offset in one transaction of the target. Records that the target refuses
    /// for their content are left out, all others are written.
    /// </summary>
    /// <param name="nextOffset">The offset after the last record that was read, written or not.</param>
    /// <param name="reject">
    /// Called once with the refused records, if there are any, before the transaction commits: the engine makes them
    /// durable in the dead-letter topic. If it throws, nothing is written and the buffer is kept. After a crash in between, it
    /// is called again with the same records.
    /// </param>
    /// <param name="cancellationToken">Ends the wait; the outcome is then unknown until the next claim.</param>
    /// <exception cref="SinkUnavailableException">
    /// The target cannot be reached now. The buffer is kept: call again later, with the same or a larger offset.
    /// </exception>
    /// <exception cref="SinkFencedException">Another owner has claimed the partition; nothing was written.</exception>
    ValueTask CommitAsync(long nextOffset, RejectedRecordsHandler reject, CancellationToken cancellationToken);

    /// <summary>Drops what is buffered.</summary>
    void Discard();
}

/// <summary>A record that a target refused for its content.</summary>
/// <param name="Offset">Its offset.</param>
/// <param name="Reason">Why, without a word of the content.</param>
public readonly record struct RejectedRecord(long Offset, string Reason);

/// <summary>Makes refused records durable elsewhere; see <see cref="ISinkWriter{TKey,TValue}.CommitAsync"/>.</summary>
/// <param name="records">In the order of their offsets; never empty.</param>
/// <param name="cancellationToken">Ends the wait.</param>
public delegate ValueTask RejectedRecordsHandler(
    IReadOnlyList<RejectedRecord> records, CancellationToken cancellationToken);

/// <summary>The target cannot be reached now; try again.</summary>
public sealed class SinkUnavailableException : StreamsException
{
    /// <summary>An error without a text.</summary>
    public SinkUnavailableException()
    {
    }

    /// <summary>An error that names the target, never the content.</summary>
    public SinkUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public SinkUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Another owner has claimed the partition in the target: this one must give its task up.</summary>
public sealed class SinkFencedException : StreamsException
{
    /// <summary>An error without a text.</summary>
    public SinkFencedException()
    {
    }

    /// <summary>An error that names the partition and both epochs.</summary>
    public SinkFencedException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public SinkFencedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

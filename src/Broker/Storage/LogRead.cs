using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Storage;

/// <summary>What a read found: whole batches, in a buffer from the pool that goes back with <see cref="Dispose"/>.</summary>
internal sealed class LogRead : IDisposable
{
    private byte[]? _buffer;

    private LogRead(byte[]? buffer, ReadOnlyMemory<byte> batches)
    {
        _buffer = buffer;
        Batches = batches;
    }

    /// <summary>OFFSET_OUT_OF_RANGE, KAFKA_STORAGE_ERROR, UNKNOWN_TOPIC_OR_PARTITION (deleted), or none.</summary>
    public ErrorCode Error { get; private init; }

    /// <summary>
    /// Whole batches in order. The first holds the offset that was asked for, or is the next one after it; so records
    /// before that offset may come first.
    /// </summary>
    public ReadOnlyMemory<byte> Batches { get; }

    /// <summary>The offset after the last record in <see cref="Batches"/>; the one that was asked for when it is empty.</summary>
    public long NextOffset { get; private init; }

    /// <summary>The transactions with records in the batches that were aborted; null unless read to the last stable offset.</summary>
    public List<AbortedTransaction>? Aborted { get; private init; }

    /// <summary>Nothing to read.</summary>
    public static LogRead Nothing(long offset, ErrorCode error = ErrorCode.None) =>
        new(null, default) { Error = error, NextOffset = offset };

    /// <summary>Batches in a buffer of the pool.</summary>
    public static LogRead Found(byte[] buffer, int length, long nextOffset, List<AbortedTransaction>? aborted) =>
        new(buffer, buffer.AsMemory(0, length)) { NextOffset = nextOffset, Aborted = aborted };

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
            Buffers.Return(buffer);
    }
}

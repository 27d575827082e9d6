namespace MedStreams.Streams.Processing;

/// <summary>A record as it lies in the client's memory. The bytes are only valid during the call that passes it.</summary>
internal readonly ref struct RawRecord
{
    public ReadOnlySpan<byte> Key { get; init; }

    public bool HasKey { get; init; }

    public ReadOnlySpan<byte> Value { get; init; }

    public bool HasValue { get; init; }

    public RecordMetadata Metadata { get; init; }

    /// <summary>Epoch milliseconds; -1 where Kafka stores none.</summary>
    public long Timestamp { get; init; }

    public Headers Headers { get; init; }
}

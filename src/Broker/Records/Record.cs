namespace MedStreams.Broker.Records;

/// <summary>A view of one record of a batch. It copies and owns nothing.</summary>
internal readonly ref struct Record
{
    /// <summary>The record's offset.</summary>
    public long Offset { get; init; }

    /// <summary>
    /// The record's time in epoch milliseconds: the producer's, or the batch's where that is the time of appending.
    /// </summary>
    public long Timestamp { get; init; }

    /// <summary>Whether there is a key; without one <see cref="Key"/> is empty.</summary>
    public bool HasKey { get; init; }

    /// <summary>
    /// Whether there is a value; without one the record is a tombstone and <see cref="Value"/> is empty.
    /// </summary>
    public bool HasValue { get; init; }

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>The headers in their order.</summary>
    public HeaderEnumerator Headers { get; init; }
}

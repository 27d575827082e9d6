namespace MedStreams.Streams.Processing;

/// <summary>A record on its way out of a task, in bytes. They are only valid during the call that passes it.</summary>
internal readonly ref struct OutgoingRecord
{
    public required string Topic { get; init; }

    /// <summary>Null lets Kafka's default partitioner choose: murmur2 of the key's bytes.</summary>
    public int? Partition { get; init; }

    /// <summary>Ignored where <see cref="HasKey"/> is false.</summary>
    public ReadOnlySpan<byte> Key { get; init; }

    public bool HasKey { get; init; }

    /// <summary>Ignored where <see cref="HasValue"/> is false.</summary>
    public ReadOnlySpan<byte> Value { get; init; }

    /// <summary>False for a tombstone.</summary>
    public bool HasValue { get; init; }

    /// <summary>Epoch milliseconds.</summary>
    public long Timestamp { get; init; }

    public required Headers Headers { get; init; }

    /// <summary>A copy of the key; null where there is none.</summary>
    public byte[]? CopyKey() => HasKey ? Key.ToArray() : null;

    /// <summary>A copy of the value; null for a tombstone.</summary>
    public byte[]? CopyValue() => HasValue ? Value.ToArray() : null;
}

namespace MedStreams.Broker.Records;

/// <summary>The bits of a batch's attributes; the lowest three are a <see cref="CompressionType"/>.</summary>
[Flags]
internal enum BatchAttributes : short
{
    /// <summary>Nothing is set: uncompressed, times by the producer.</summary>
    None = 0,

    /// <summary>
    /// The records' time is the batch's maximum, set when it was appended; otherwise each has its own.
    /// </summary>
    LogAppendTime = 0x08,

    /// <summary>The batch belongs to a transaction.</summary>
    Transactional = 0x10,

    /// <summary>The batch holds a control record: the end of a transaction.</summary>
    Control = 0x20,

    /// <summary>The base timestamp is the time from which tombstones and markers may go (KIP-534).</summary>
    HasDeleteHorizon = 0x40,
}

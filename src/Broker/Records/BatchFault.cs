namespace MedStreams.Broker.Records;

/// <summary>What is wrong with bytes that should hold a record batch.</summary>
internal enum BatchFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The bytes end within the batch: a torn tail, or a part of a fetch.</summary>
    Incomplete,

    /// <summary>The length is too small for a batch, or negative.</summary>
    BadLength,

    /// <summary>The format is not magic 2.</summary>
    UnsupportedMagic,

    /// <summary>The checksum differs.</summary>
    CrcMismatch,

    /// <summary>Count, offsets or sequence contradict each other.</summary>
    BadHeader,

    /// <summary>The compression is none of the known ones.</summary>
    UnknownCompression,

    /// <summary>There are several batches where one is allowed.</summary>
    SeveralBatches,

    /// <summary>There is no batch where one is needed.</summary>
    NoBatch,

    /// <summary>The batch is a control batch, which only coordinators write.</summary>
    Control,
}

namespace MedStreams.Broker.Records;

/// <summary>How the records of a batch are compressed, by the number in the batch's attributes.</summary>
internal enum CompressionType : byte
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>gzip (RFC 1952).</summary>
    Gzip = 1,

    /// <summary>Snappy, plain or in the blocks that snappy-java writes.</summary>
    Snappy = 2,

    /// <summary>LZ4 frames.</summary>
    Lz4 = 3,

    /// <summary>Zstandard (RFC 8878), since Produce 7 and Fetch 10.</summary>
    Zstd = 4,
}

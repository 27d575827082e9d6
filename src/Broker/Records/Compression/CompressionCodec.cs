namespace MedStreams.Broker.Records;

/// <summary>
/// One way of compressing the records of a batch. The broker stores batches as they come and needs this only where it
/// has to look into them. Safe for use by several threads.
/// </summary>
internal abstract class CompressionCodec
{
    private static readonly Dictionary<CompressionType, CompressionCodec> Codecs = new()
    {
        [CompressionType.None] = new NoCompression(),
        [CompressionType.Gzip] = new GzipCompression(),
        [CompressionType.Snappy] = new SnappyCompression(),
        [CompressionType.Lz4] = new Lz4Compression(),
        [CompressionType.Zstd] = new ZstdCompression(),
    };

    /// <summary>The Debian package whose library does the work, or null if none is needed.</summary>
    public abstract string? Package { get; }

    /// <summary>Whether the library is on this machine.</summary>
    public abstract bool IsAvailable { get; }

    /// <summary>The codec of a type.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The type is none of the known ones.</exception>
    public static CompressionCodec Get(CompressionType type) =>
        Codecs.TryGetValue(type, out var codec)
            ? codec
            : throw new ArgumentOutOfRangeException(nameof(type), type, "No such compression.");

    /// <summary>Decompresses the records of a batch.</summary>
    /// <param name="batch">A whole batch.</param>
    /// <param name="limit">The most bytes that the records may take; more is refused, against bombs.</param>
    /// <param name="records">The records for <see cref="RecordBatch.Enumerate"/>.</param>
    /// <returns>
    /// Whether it was done; not if the compression is unknown or its library missing, the data are damaged or too
    /// large.
    /// </returns>
    public static bool TryDecompress(RecordBatch batch, int limit, out ReadOnlySpan<byte> records)
    {
        records = batch.Payload;
        if (batch.Compression == CompressionType.None)
            return true;
        if (!Codecs.TryGetValue(batch.Compression, out var codec)
            || !codec.IsAvailable
            || !codec.TryDecompress(batch.Payload, limit, out var decompressed))
            return false;
        records = decompressed.Span;
        return true;
    }

    /// <summary>Decompresses some bytes.</summary>
    /// <param name="source">The compressed bytes; they are not trusted.</param>
    /// <param name="limit">The most bytes that may come out.</param>
    /// <param name="result">What came out.</param>
    /// <returns>Whether the bytes were right and within the limit.</returns>
    /// <exception cref="InvalidOperationException">The library is missing.</exception>
    public abstract bool TryDecompress(ReadOnlySpan<byte> source, int limit, out ReadOnlyMemory<byte> result);

    /// <summary>Compresses some bytes in the form that Kafka's clients read.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="level">How hard, in the numbers that Kafka has for this compression; null as it does by default.</param>
    /// <exception cref="InvalidOperationException">The library is missing.</exception>
    public abstract byte[] Compress(ReadOnlySpan<byte> source, int? level = null);
}

namespace MedStreams.Broker.Records;

/// <summary>Bytes as they are.</summary>
internal sealed class NoCompression : CompressionCodec
{
    /// <inheritdoc/>
    public override string? Package => null;

    /// <inheritdoc/>
    public override bool IsAvailable => true;

    /// <inheritdoc/>
    public override bool TryDecompress(ReadOnlySpan<byte> source, int limit, out ReadOnlyMemory<byte> result)
    {
        result = source.Length <= limit ? source.ToArray() : default;
        return source.Length <= limit;
    }

    /// <inheritdoc/>
    public override byte[] Compress(ReadOnlySpan<byte> source, int? level = null) => source.ToArray();
}

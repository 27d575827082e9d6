using System.IO.Compression;

namespace MedStreams.Broker.Records;

/// <summary>gzip (RFC 1952), by the framework.</summary>
internal sealed class GzipCompression : CompressionCodec
{
    /// <inheritdoc/>
    public override string? Package => null;

    /// <inheritdoc/>
    public override bool IsAvailable => true;

    /// <inheritdoc/>
    public override bool TryDecompress(ReadOnlySpan<byte> source, int limit, out ReadOnlyMemory<byte> result)
    {
        result = default;
        using var input = new MemoryStream(source.ToArray(), writable: false);
        using var gzip = new GZipStream(input, CompressionMode.Decompress);
        var buffer = new BoundedBuffer(limit, source.Length * 2);
        try
        {
            while (true)
            {
                var room = buffer.Room();
                if (room.IsEmpty)
                {
                    result = buffer.Filled;
                    return gzip.ReadByte() < 0;
                }

                var read = gzip.Read(room);
                if (read == 0)
                {
                    result = buffer.Filled;
                    return true;
                }

                buffer.Advance(read);
            }
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public override byte[] Compress(ReadOnlySpan<byte> source, int? level = null)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, new ZLibCompressionOptions { CompressionLevel = level ?? -1 }, leaveOpen: true))
            gzip.Write(source);
        return output.ToArray();
    }
}

using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MedStreams.Broker.Records;

/// <summary>
/// Snappy: one plain block, as librdkafka and others write it, or the framing of snappy-java that Java clients write:
/// the bytes 0x82 "SNAPPY" 0x00, two versions in four bytes each, then blocks with their length in four bytes before
/// them.
/// </summary>
internal sealed partial class SnappyCompression() : NativeCompression(Library)
{
    private const string Library = "libsnappy.so.1";
    private const int FrameHeaderSize = 16;
    private const int BlockSize = 32 * 1024;

    /// <inheritdoc/>
    public override string? Package => "libsnappy1v5";

    private static ReadOnlySpan<byte> FrameMagic => "SNAPPY\0"u8;

    /// <inheritdoc/>
    public override bool TryDecompress(ReadOnlySpan<byte> source, int limit, out ReadOnlyMemory<byte> result)
    {
        Require();
        result = default;
        var buffer = new BoundedBuffer(limit, Math.Min(source.Length, limit / 4) * 4);
        if (!IsFramed(source))
        {
            var plain = TryBlock(source, ref buffer);
            result = buffer.Filled;
            return plain;
        }

        var rest = source[FrameHeaderSize..];
        while (!rest.IsEmpty)
        {
            if (IsFramed(rest))
            {
                rest = rest[FrameHeaderSize..];
                continue;
            }

            if (!BinaryPrimitives.TryReadInt32BigEndian(rest, out var length)
                || length < 0 || length > rest.Length - sizeof(int)
                || !TryBlock(rest.Slice(sizeof(int), length), ref buffer))
                return false;
            rest = rest[(sizeof(int) + length)..];
        }

        result = buffer.Filled;
        return true;
    }

    /// <inheritdoc/>
    public override byte[] Compress(ReadOnlySpan<byte> source, int? level = null)
    {
        Require();
        using var output = new MemoryStream();
        output.WriteByte(0x82);
        output.Write(FrameMagic);
        output.Write([0, 0, 0, 1, 0, 0, 0, 1]);
        var block = new byte[(int)MaxCompressedLength(BlockSize)];
        Span<byte> prefix = stackalloc byte[sizeof(int)];
        for (var rest = source; !rest.IsEmpty; rest = rest[Math.Min(BlockSize, rest.Length)..])
        {
            var size = (nuint)block.Length;
            if (CompressBlock(rest, (nuint)Math.Min(BlockSize, rest.Length), block, ref size) != 0)
                throw new InvalidOperationException("Snappy refused to compress.");
            BinaryPrimitives.WriteInt32BigEndian(prefix, (int)size);
            output.Write(prefix);
            output.Write(block.AsSpan(0, (int)size));
        }

        return output.ToArray();
    }

    private static bool IsFramed(ReadOnlySpan<byte> source) =>
        source.Length >= FrameHeaderSize && source[0] == 0x82 && source[1..].StartsWith(FrameMagic);

    private static bool TryBlock(ReadOnlySpan<byte> block, ref BoundedBuffer buffer)
    {
        if (UncompressedLength(block, (nuint)block.Length, out var length) != 0 || length > int.MaxValue)
            return false;
        if (length == 0)
            return true;
        var room = buffer.Room((int)length);
        if (room.IsEmpty || Uncompress(block, (nuint)block.Length, room, ref length) != 0)
            return false;
        buffer.Advance((int)length);
        return true;
    }

    [LibraryImport(Library, EntryPoint = "snappy_uncompressed_length")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int UncompressedLength(ReadOnlySpan<byte> source, nuint length, out nuint result);

    [LibraryImport(Library, EntryPoint = "snappy_uncompress")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Uncompress(ReadOnlySpan<byte> source, nuint length, Span<byte> target, ref nuint size);

    [LibraryImport(Library, EntryPoint = "snappy_max_compressed_length")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint MaxCompressedLength(nuint length);

    [LibraryImport(Library, EntryPoint = "snappy_compress")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CompressBlock(
        ReadOnlySpan<byte> source, nuint length, Span<byte> target, ref nuint size);
}

using System.Runtime.InteropServices;

namespace MedStreams.Broker.Records;

/// <summary>LZ4 frames. Those written have independent blocks of 64 KB, the only ones that Java clients read.</summary>
internal sealed partial class Lz4Compression() : NativeCompression(Library)
{
    private const int KafkasDefaultLevel = 9;
    private const string Library = "liblz4.so.1";
    private const uint FrameVersion = 100;
    private const int Block64Kilobytes = 4;
    private const int IndependentBlocks = 1;

    /// <inheritdoc/>
    public override string? Package => "liblz4-1";

    /// <inheritdoc/>
    public override bool TryDecompress(ReadOnlySpan<byte> source, int limit, out ReadOnlyMemory<byte> result)
    {
        Require();
        result = default;
        if (IsError(CreateContext(out var context, FrameVersion)) != 0)
            return false;
        try
        {
            var buffer = new BoundedBuffer(limit, Math.Min(source.Length, limit / 4) * 4);
            nuint expected = 1;
            while (expected != 0)
            {
                var room = buffer.Room();
                var written = (nuint)room.Length;
                var read = (nuint)source.Length;
                expected = Decompress(context, room, ref written, source, ref read, options: 0);
                if (IsError(expected) != 0 || (written == 0 && read == 0))
                    return false;
                buffer.Advance((int)written);
                source = source[(int)read..];
            }

            result = buffer.Filled;
            return true;
        }
        finally
        {
            _ = FreeContext(context);
        }
    }

    /// <inheritdoc/>
    public override byte[] Compress(ReadOnlySpan<byte> source, int? level = null)
    {
        Require();
        var preferences = new Preferences { BlockSize = Block64Kilobytes, BlockMode = IndependentBlocks, Level = LevelOf(level) };
        var target = new byte[checked((int)FrameBound((nuint)source.Length, preferences))];
        var size = CompressFrame(target, (nuint)target.Length, source, (nuint)source.Length, preferences);
        return IsError(size) == 0
            ? target[..(int)size]
            : throw new InvalidOperationException("LZ4 refused to compress.");
    }

    /// <summary>Kafka's default, 9, stands for the fast way; other numbers are the library's own.</summary>
    private static int LevelOf(int? level) => level is null or KafkasDefaultLevel ? 0 : level.Value;

    [LibraryImport(Library, EntryPoint = "LZ4F_isError")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "LZ4F_createDecompressionContext")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint CreateContext(out nint context, uint version);

    [LibraryImport(Library, EntryPoint = "LZ4F_freeDecompressionContext")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "LZ4F_decompress")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint Decompress(
        nint context, Span<byte> target, ref nuint written, ReadOnlySpan<byte> source, ref nuint read, nint options);

    [LibraryImport(Library, EntryPoint = "LZ4F_compressFrameBound")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint FrameBound(nuint length, in Preferences preferences);

    [LibraryImport(Library, EntryPoint = "LZ4F_compressFrame")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint CompressFrame(
        Span<byte> target, nuint capacity, ReadOnlySpan<byte> source, nuint length, in Preferences preferences);

    /// <summary>The library's <c>LZ4F_preferences_t</c>.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 56)]
    private struct Preferences
    {
        [FieldOffset(0)]
        public int BlockSize;

        [FieldOffset(4)]
        public int BlockMode;

        [FieldOffset(32)]
        public int Level;
    }
}

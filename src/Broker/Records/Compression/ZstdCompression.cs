using System.Runtime.InteropServices;

namespace MedStreams.Broker.Records;

/// <summary>Zstandard (RFC 8878): one or more frames.</summary>
internal sealed unsafe partial class ZstdCompression() : NativeCompression(Library)
{
    private const string Library = "libzstd.so.1";
    private const int DefaultLevel = 3;

    /// <inheritdoc/>
    public override string? Package => "libzstd1";

    /// <inheritdoc/>
    public override bool TryDecompress(ReadOnlySpan<byte> source, int limit, out ReadOnlyMemory<byte> result)
    {
        Require();
        result = default;
        var stream = CreateStream();
        try
        {
            fixed (byte* start = source)
            {
                var buffer = new BoundedBuffer(limit, Math.Min(source.Length, limit / 4) * 4);
                var done = TryDecompress(stream, new Input { Start = start, Size = (nuint)source.Length }, ref buffer);
                result = buffer.Filled;
                return done;
            }
        }
        finally
        {
            _ = FreeStream(stream);
        }
    }

    /// <inheritdoc/>
    public override byte[] Compress(ReadOnlySpan<byte> source, int? level = null)
    {
        Require();
        var target = new byte[checked((int)Bound((nuint)source.Length))];
        var size = Compress(target, (nuint)target.Length, source, (nuint)source.Length, level ?? DefaultLevel);
        return IsError(size) == 0
            ? target[..(int)size]
            : throw new InvalidOperationException("Zstandard refused to compress.");
    }

    private static bool TryDecompress(nint stream, Input input, ref BoundedBuffer buffer)
    {
        while (true)
        {
            var room = buffer.Room();
            var before = input.Position;
            Output output;
            nuint expected;
            fixed (byte* target = room)
            {
                output = new Output { Start = target, Size = (nuint)room.Length };
                expected = DecompressStream(stream, ref output, ref input);
            }

            if (IsError(expected) != 0)
                return false;
            buffer.Advance((int)output.Position);
            if (expected == 0 && input.Position == input.Size)
                return true;
            if (output.Position == 0 && input.Position == before)
                return false;
        }
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint IsError(nuint code);

    [LibraryImport(Library, EntryPoint = "ZSTD_createDStream")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint CreateStream();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDStream")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint FreeStream(nint stream);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint DecompressStream(nint stream, ref Output output, ref Input input);

    [LibraryImport(Library, EntryPoint = "ZSTD_compressBound")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint Bound(nuint length);

    [LibraryImport(Library, EntryPoint = "ZSTD_compress")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint Compress(
        Span<byte> target, nuint capacity, ReadOnlySpan<byte> source, nuint length, int level);

    /// <summary>The library's <c>ZSTD_inBuffer</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Input
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }

    /// <summary>The library's <c>ZSTD_outBuffer</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Output
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }
}

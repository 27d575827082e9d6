using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

[assembly: DisableRuntimeMarshalling]

namespace MedStreams.RocksDb;

/// <summary>
/// The functions of RocksDB's C API (<c>rocksdb/c.h</c>, 7.8) that are used here. Handles go in as <see cref="SafeHandle"/>,
/// so that nothing is freed during a call. Lengths are <c>size_t</c>, booleans <c>unsigned char</c>; an error comes
/// back as text that is freed with <c>rocksdb_free</c>.
/// </summary>
internal static unsafe partial class Native
{
    private const string Library = "rocksdb";

    /// <summary>Names to try, in this order; sonames last, since Debian's run-time package has no plain one.</summary>
    private static readonly string[] Names =
    [
        "librocksdb.so", "librocksdb.so.7.8", "librocksdb.so.8", "librocksdb.so.8.9", "librocksdb.so.9",
        "librocksdb.so.9.10", "librocksdb.so.10", "librocksdb.dylib", "rocksdb",
    ];

    static Native() => NativeLibrary.SetDllImportResolver(typeof(Native).Assembly, Resolve);

    [LibraryImport(Library, EntryPoint = "rocksdb_free")]
    internal static partial void Free(nint pointer);

    /// <summary>Throws what a call reported.</summary>
    internal static void Check(nint error)
    {
        if (error != 0)
            throw TakeError(error);
    }

    internal static RocksDbException TakeError(nint error)
    {
        var text = Marshal.PtrToStringUTF8(error)!;
        Free(error);
        return new RocksDbException(text);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Library)
            return 0;
        foreach (var candidate in Names)
        {
            if (NativeLibrary.TryLoad(candidate, assembly, searchPath, out var handle))
                return handle;
        }

        throw new DllNotFoundException(
            "librocksdb is not installed. On Debian: apt-get install librocksdb7.8. Tried " + string.Join(", ", Names) + ".");
    }
}

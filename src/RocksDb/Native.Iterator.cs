using System.Runtime.InteropServices;

namespace MedStreams.RocksDb;

/// <content>Iterators. Reading where one stands is a few instructions, so those calls skip the GC transition.</content>
internal static unsafe partial class Native
{
    [LibraryImport(Library, EntryPoint = "rocksdb_create_iterator_cf")]
    internal static partial nint CreateIterator(
        DatabaseHandle database, ReadOptionsHandle options, ColumnFamilyHandle columnFamily);

    [LibraryImport(Library, EntryPoint = "rocksdb_iter_destroy")]
    internal static partial void IteratorDestroy(nint iterator);

    [LibraryImport(Library, EntryPoint = "rocksdb_iter_valid")]
    [SuppressGCTransition]
    internal static partial byte IteratorValid(nint iterator);

    [LibraryImport(Library, EntryPoint = "rocksdb_iter_seek_to_first")]
    internal static partial void IteratorSeekToFirst(nint iterator);

    [LibraryImport(Library, EntryPoint = "rocksdb_iter_seek_to_last")]
    internal static partial void IteratorSeekToLast(nint iterator);

    [LibraryImport(Library, EntryPoint = "rocksdb_iter_seek")]
    internal static partial void IteratorSeek(nint iterator, byte* key, nuint length);

    [LibraryImport(Library, EntryPoint = "rocksdb_iter_seek_for_prev")]
    internal static partial void IteratorSeekForPrev(nint iterator, byte* key, nuint length);

    [LibraryImport(Library, EntryPoint = "rocksdb_iter_next")]
    internal static partial void IteratorNext(nint iterator);

    [LibraryImport(Library, EntryPoint = "rocksdb_iter_prev")]
    internal static partial void IteratorPrev(nint iterator);

    [LibraryImport(Library, EntryPoint = "rocksdb_iter_key")]
    [SuppressGCTransition]
    internal static partial byte* IteratorKey(nint iterator, out nuint length);

    [LibraryImport(Library, EntryPoint = "rocksdb_iter_value")]
    [SuppressGCTransition]
    internal static partial byte* IteratorValue(nint iterator, out nuint length);

    [LibraryImport(Library, EntryPoint = "rocksdb_iter_get_error")]
    internal static partial void IteratorGetError(nint iterator, out nint error);
}

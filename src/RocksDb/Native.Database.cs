using System.Runtime.InteropServices;

namespace MedStreams.RocksDb;

/// <content>The database, its column families, reads and writes.</content>
internal static unsafe partial class Native
{
    [LibraryImport(Library, EntryPoint = "rocksdb_open_column_families", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint OpenColumnFamilies(
        OptionsHandle options,
        string path,
        int count,
        byte** names,
        nint* columnFamilyOptions,
        nint* columnFamilies,
        out nint error);

    [LibraryImport(Library, EntryPoint = "rocksdb_list_column_families", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint* ListColumnFamilies(
        OptionsHandle options, string path, out nuint count, out nint error);

    [LibraryImport(Library, EntryPoint = "rocksdb_list_column_families_destroy")]
    internal static partial void ListColumnFamiliesDestroy(nint* list, nuint count);

    [LibraryImport(Library, EntryPoint = "rocksdb_close")]
    internal static partial void Close(nint database);

    [LibraryImport(Library, EntryPoint = "rocksdb_create_column_family", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint CreateColumnFamily(
        DatabaseHandle database, OptionsHandle options, string name, out nint error);

    [LibraryImport(Library, EntryPoint = "rocksdb_drop_column_family")]
    internal static partial void DropColumnFamily(
        DatabaseHandle database, ColumnFamilyHandle columnFamily, out nint error);

    [LibraryImport(Library, EntryPoint = "rocksdb_column_family_handle_destroy")]
    internal static partial void ColumnFamilyHandleDestroy(nint columnFamily);

    [LibraryImport(Library, EntryPoint = "rocksdb_get_pinned_cf")]
    internal static partial nint GetPinned(
        DatabaseHandle database,
        ReadOptionsHandle options,
        ColumnFamilyHandle columnFamily,
        byte* key,
        nuint keyLength,
        out nint error);

    [LibraryImport(Library, EntryPoint = "rocksdb_pinnableslice_value")]
    [SuppressGCTransition]
    internal static partial byte* PinnableSliceValue(nint slice, out nuint length);

    [LibraryImport(Library, EntryPoint = "rocksdb_pinnableslice_destroy")]
    internal static partial void PinnableSliceDestroy(nint slice);

    [LibraryImport(Library, EntryPoint = "rocksdb_batched_multi_get_cf")]
    internal static partial void BatchedMultiGet(
        DatabaseHandle database,
        ReadOptionsHandle options,
        ColumnFamilyHandle columnFamily,
        nuint count,
        byte** keys,
        nuint* keyLengths,
        nint* values,
        nint* errors,
        byte sortedInput);

    [LibraryImport(Library, EntryPoint = "rocksdb_write")]
    internal static partial void Write(
        DatabaseHandle database, WriteOptionsHandle options, WriteBatchHandle batch, out nint error);

    [LibraryImport(Library, EntryPoint = "rocksdb_compact_range_cf")]
    internal static partial void CompactRange(
        DatabaseHandle database,
        ColumnFamilyHandle columnFamily,
        byte* from,
        nuint fromLength,
        byte* to,
        nuint toLength);

    [LibraryImport(Library, EntryPoint = "rocksdb_flush_cf")]
    internal static partial void Flush(
        DatabaseHandle database, FlushOptionsHandle options, ColumnFamilyHandle columnFamily, out nint error);

    [LibraryImport(Library, EntryPoint = "rocksdb_flushoptions_create")]
    internal static partial nint FlushOptionsCreate();

    [LibraryImport(Library, EntryPoint = "rocksdb_flushoptions_destroy")]
    internal static partial void FlushOptionsDestroy(nint options);

    [LibraryImport(Library, EntryPoint = "rocksdb_delete_file_in_range_cf")]
    internal static partial void DeleteFileInRange(
        DatabaseHandle database,
        ColumnFamilyHandle columnFamily,
        byte* from,
        nuint fromLength,
        byte* to,
        nuint toLength,
        out nint error);

    [LibraryImport(Library, EntryPoint = "rocksdb_property_int_cf", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int PropertyInt(
        DatabaseHandle database, ColumnFamilyHandle columnFamily, string name, out ulong value);

    [LibraryImport(Library, EntryPoint = "rocksdb_property_value_cf", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint PropertyValue(DatabaseHandle database, ColumnFamilyHandle columnFamily, string name);

    [LibraryImport(Library, EntryPoint = "rocksdb_memory_consumers_create")]
    internal static partial nint MemoryConsumersCreate();

    [LibraryImport(Library, EntryPoint = "rocksdb_memory_consumers_destroy")]
    internal static partial void MemoryConsumersDestroy(nint consumers);

    [LibraryImport(Library, EntryPoint = "rocksdb_memory_consumers_add_db")]
    internal static partial void MemoryConsumersAddDatabase(MemoryConsumersHandle consumers, DatabaseHandle database);

    [LibraryImport(Library, EntryPoint = "rocksdb_approximate_memory_usage_create")]
    internal static partial nint MemoryUsageCreate(MemoryConsumersHandle consumers, out nint error);

    [LibraryImport(Library, EntryPoint = "rocksdb_approximate_memory_usage_destroy")]
    internal static partial void MemoryUsageDestroy(nint usage);

    [LibraryImport(Library, EntryPoint = "rocksdb_approximate_memory_usage_get_mem_table_total")]
    internal static partial ulong MemoryUsageOfMemTables(MemoryUsageHandle usage);

    [LibraryImport(Library, EntryPoint = "rocksdb_approximate_memory_usage_get_mem_table_readers_total")]
    internal static partial ulong MemoryUsageOfTableReaders(MemoryUsageHandle usage);

    [LibraryImport(Library, EntryPoint = "rocksdb_checkpoint_object_create")]
    internal static partial nint CheckpointObjectCreate(DatabaseHandle database, out nint error);

    [LibraryImport(Library, EntryPoint = "rocksdb_checkpoint_create", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void CheckpointCreate(
        CheckpointHandle checkpoint, string path, ulong logSizeForFlush, out nint error);

    [LibraryImport(Library, EntryPoint = "rocksdb_checkpoint_object_destroy")]
    internal static partial void CheckpointObjectDestroy(nint checkpoint);

    [LibraryImport(Library, EntryPoint = "rocksdb_writebatch_create")]
    internal static partial nint WriteBatchCreate();

    [LibraryImport(Library, EntryPoint = "rocksdb_writebatch_destroy")]
    internal static partial void WriteBatchDestroy(nint batch);

    [LibraryImport(Library, EntryPoint = "rocksdb_writebatch_clear")]
    internal static partial void WriteBatchClear(WriteBatchHandle batch);

    [LibraryImport(Library, EntryPoint = "rocksdb_writebatch_count")]
    internal static partial int WriteBatchCount(WriteBatchHandle batch);

    [LibraryImport(Library, EntryPoint = "rocksdb_writebatch_put_cf")]
    internal static partial void WriteBatchPut(
        WriteBatchHandle batch,
        ColumnFamilyHandle columnFamily,
        byte* key,
        nuint keyLength,
        byte* value,
        nuint valueLength);

    [LibraryImport(Library, EntryPoint = "rocksdb_writebatch_delete_cf")]
    internal static partial void WriteBatchDelete(
        WriteBatchHandle batch, ColumnFamilyHandle columnFamily, byte* key, nuint keyLength);

    [LibraryImport(Library, EntryPoint = "rocksdb_writebatch_delete_range_cf")]
    internal static partial void WriteBatchDeleteRange(
        WriteBatchHandle batch,
        ColumnFamilyHandle columnFamily,
        byte* from,
        nuint fromLength,
        byte* to,
        nuint toLength);
}

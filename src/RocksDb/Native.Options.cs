using System.Runtime.InteropServices;

namespace MedStreams.RocksDb;

/// <content>Options, caches and filters.</content>
internal static unsafe partial class Native
{
    [LibraryImport(Library, EntryPoint = "rocksdb_options_create")]
    internal static partial nint OptionsCreate();

    [LibraryImport(Library, EntryPoint = "rocksdb_options_destroy")]
    internal static partial void OptionsDestroy(nint options);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_create_if_missing")]
    internal static partial void OptionsSetCreateIfMissing(OptionsHandle options, byte on);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_create_missing_column_families")]
    internal static partial void OptionsSetCreateMissingColumnFamilies(OptionsHandle options, byte on);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_atomic_flush")]
    internal static partial void OptionsSetAtomicFlush(OptionsHandle options, byte on);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_write_buffer_size")]
    internal static partial void OptionsSetWriteBufferSize(OptionsHandle options, nuint bytes);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_db_write_buffer_size")]
    internal static partial void OptionsSetDbWriteBufferSize(OptionsHandle options, nuint bytes);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_max_write_buffer_number")]
    internal static partial void OptionsSetMaxWriteBufferNumber(OptionsHandle options, int number);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_arena_block_size")]
    internal static partial void OptionsSetArenaBlockSize(OptionsHandle options, nuint bytes);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_memtable_prefix_bloom_size_ratio")]
    internal static partial void OptionsSetMemtablePrefixBloomSizeRatio(OptionsHandle options, double ratio);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_memtable_whole_key_filtering")]
    internal static partial void OptionsSetMemtableWholeKeyFiltering(OptionsHandle options, byte on);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_max_background_jobs")]
    internal static partial void OptionsSetMaxBackgroundJobs(OptionsHandle options, int jobs);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_max_open_files")]
    internal static partial void OptionsSetMaxOpenFiles(OptionsHandle options, int files);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_compression")]
    internal static partial void OptionsSetCompression(OptionsHandle options, int type);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_level_compaction_dynamic_level_bytes")]
    internal static partial void OptionsSetLevelCompactionDynamicLevelBytes(OptionsHandle options, byte on);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_info_log_level")]
    internal static partial void OptionsSetInfoLogLevel(OptionsHandle options, int level);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_keep_log_file_num")]
    internal static partial void OptionsSetKeepLogFileNum(OptionsHandle options, nuint number);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_max_log_file_size")]
    internal static partial void OptionsSetMaxLogFileSize(OptionsHandle options, nuint bytes);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_stats_dump_period_sec")]
    internal static partial void OptionsSetStatsDumpPeriodSec(OptionsHandle options, uint seconds);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_stats_persist_period_sec")]
    internal static partial void OptionsSetStatsPersistPeriodSec(OptionsHandle options, uint seconds);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_enable_statistics")]
    internal static partial void OptionsEnableStatistics(OptionsHandle options);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_statistics_get_string")]
    internal static partial nint OptionsStatisticsGetString(OptionsHandle options);

    [LibraryImport(Library, EntryPoint = "rocksdb_options_set_block_based_table_factory")]
    internal static partial void OptionsSetBlockBasedTableFactory(OptionsHandle options, TableOptionsHandle table);

    [LibraryImport(Library, EntryPoint = "rocksdb_block_based_options_create")]
    internal static partial nint TableOptionsCreate();

    [LibraryImport(Library, EntryPoint = "rocksdb_block_based_options_destroy")]
    internal static partial void TableOptionsDestroy(nint table);

    [LibraryImport(Library, EntryPoint = "rocksdb_block_based_options_set_block_cache")]
    internal static partial void TableOptionsSetBlockCache(TableOptionsHandle table, CacheHandle cache);

    [LibraryImport(Library, EntryPoint = "rocksdb_block_based_options_set_block_size")]
    internal static partial void TableOptionsSetBlockSize(TableOptionsHandle table, nuint bytes);

    /// <summary>The table options own the filter policy from here on.</summary>
    [LibraryImport(Library, EntryPoint = "rocksdb_block_based_options_set_filter_policy")]
    internal static partial void TableOptionsSetFilterPolicy(TableOptionsHandle table, nint policy);

    [LibraryImport(Library, EntryPoint = "rocksdb_filterpolicy_create_bloom_full")]
    internal static partial nint FilterPolicyCreateBloomFull(double bitsPerKey);

    [LibraryImport(Library, EntryPoint = "rocksdb_block_based_options_set_cache_index_and_filter_blocks")]
    internal static partial void TableOptionsSetCacheIndexAndFilterBlocks(TableOptionsHandle table, byte on);

    [LibraryImport(
        Library, EntryPoint = "rocksdb_block_based_options_set_cache_index_and_filter_blocks_with_high_priority")]
    internal static partial void TableOptionsSetCacheIndexAndFilterBlocksWithHighPriority(
        TableOptionsHandle table, byte on);

    [LibraryImport(Library, EntryPoint = "rocksdb_block_based_options_set_pin_l0_filter_and_index_blocks_in_cache")]
    internal static partial void TableOptionsSetPinL0FilterAndIndexBlocksInCache(TableOptionsHandle table, byte on);

    [LibraryImport(Library, EntryPoint = "rocksdb_block_based_options_set_format_version")]
    internal static partial void TableOptionsSetFormatVersion(TableOptionsHandle table, int version);

    [LibraryImport(Library, EntryPoint = "rocksdb_cache_create_lru")]
    internal static partial nint CacheCreateLru(nuint bytes);

    [LibraryImport(Library, EntryPoint = "rocksdb_cache_destroy")]
    internal static partial void CacheDestroy(nint cache);

    [LibraryImport(Library, EntryPoint = "rocksdb_cache_get_usage")]
    internal static partial nuint CacheGetUsage(CacheHandle cache);

    [LibraryImport(Library, EntryPoint = "rocksdb_cache_get_pinned_usage")]
    internal static partial nuint CacheGetPinnedUsage(CacheHandle cache);

    [LibraryImport(Library, EntryPoint = "rocksdb_cache_get_capacity")]
    internal static partial nuint CacheGetCapacity(CacheHandle cache);

    [LibraryImport(Library, EntryPoint = "rocksdb_readoptions_create")]
    internal static partial nint ReadOptionsCreate();

    [LibraryImport(Library, EntryPoint = "rocksdb_readoptions_destroy")]
    internal static partial void ReadOptionsDestroy(nint options);

    /// <summary>RocksDB keeps the pointer: the memory must outlive every iterator made with these options.</summary>
    [LibraryImport(Library, EntryPoint = "rocksdb_readoptions_set_iterate_lower_bound")]
    internal static partial void ReadOptionsSetIterateLowerBound(ReadOptionsHandle options, byte* key, nuint length);

    /// <summary>RocksDB keeps the pointer: the memory must outlive every iterator made with these options.</summary>
    [LibraryImport(Library, EntryPoint = "rocksdb_readoptions_set_iterate_upper_bound")]
    internal static partial void ReadOptionsSetIterateUpperBound(ReadOptionsHandle options, byte* key, nuint length);

    [LibraryImport(Library, EntryPoint = "rocksdb_writeoptions_create")]
    internal static partial nint WriteOptionsCreate();

    [LibraryImport(Library, EntryPoint = "rocksdb_writeoptions_destroy")]
    internal static partial void WriteOptionsDestroy(nint options);

    [LibraryImport(Library, EntryPoint = "rocksdb_writeoptions_disable_WAL")]
    internal static partial void WriteOptionsDisableWal(WriteOptionsHandle options, int on);

    [LibraryImport(Library, EntryPoint = "rocksdb_writeoptions_set_sync")]
    internal static partial void WriteOptionsSetSync(WriteOptionsHandle options, byte on);
}

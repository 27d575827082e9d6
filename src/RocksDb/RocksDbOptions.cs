using System.Collections.Immutable;

namespace MedStreams.RocksDb;

/// <summary>How blocks of data are compressed on disk; the numbers are RocksDB's.</summary>
public enum RocksDbCompression
{
    /// <summary>Not at all.</summary>
    None = 0,

    /// <summary>Snappy.</summary>
    Snappy = 1,

    /// <summary>LZ4.</summary>
    Lz4 = 4,

    /// <summary>Zstandard.</summary>
    Zstd = 7,
}

/// <summary>
/// A cache of uncompressed blocks, indexes and filters that several databases share (<c>rocksdb_cache_create_lru</c>).
/// Safe for use by several threads. Databases that use it keep it alive.
/// </summary>
public sealed class RocksDbCache : IDisposable
{
    /// <summary>A cache of so many bytes.</summary>
    public RocksDbCache(long capacityBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacityBytes);
        Handle = new CacheHandle((nuint)capacityBytes);
    }

    /// <summary>Bytes it may hold.</summary>
    public long CapacityBytes => (long)Native.CacheGetCapacity(Handle);

    /// <summary>Bytes it holds.</summary>
    public long UsageBytes => (long)Native.CacheGetUsage(Handle);

    /// <summary>Bytes it holds that are in use by readers and cannot be evicted now.</summary>
    public long PinnedBytes => (long)Native.CacheGetPinnedUsage(Handle);

    internal CacheHandle Handle { get; }

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}

/// <summary>Settings of a database. The defaults are RocksDB's unless a property says otherwise.</summary>
public sealed record RocksDbOptions
{
    /// <summary>The block cache, shared by every database that is given the same one. Default: none shared, 8 MiB of its own.</summary>
    public RocksDbCache? BlockCache { get; init; }

    /// <summary>The bound on the memory tables of every database that is given the same one. Default: none.</summary>
    public RocksDbWriteBufferManager? WriteBufferManager { get; init; }

    /// <summary>
    /// Settings of column families that differ, by name, those to be made later included. Of these only what concerns a column family counts: memory tables
    /// and files, not the log, background jobs, statistics, or bounds over all.
    /// </summary>
    public IReadOnlyDictionary<string, RocksDbOptions> ColumnFamilyOptions { get; init; } =
        ImmutableDictionary<string, RocksDbOptions>.Empty;

    /// <summary>
    /// Whether the write-ahead log is written. Default true. Without it a crash loses the writes since the last flush, and
    /// only those: with <see cref="AtomicFlush"/> all column families then stand at one earlier write.
    /// </summary>
    public bool WriteAheadLog { get; init; } = true;

    /// <summary>Whether all column families are flushed together, at one point of the order of writes. Default false.</summary>
    public bool AtomicFlush { get; init; }

    /// <summary>Bytes that the memory table of one column family may take before it is flushed. Default 64 MiB.</summary>
    public long WriteBufferBytes { get; init; } = 64L << 20;

    /// <summary>
    /// Bytes that the memory tables of all column families together may take before one is flushed, or all with
    /// <see cref="AtomicFlush"/>; 0, the default, sets no such bound. This bound holds for each database;
    /// for several see <see cref="WriteBufferManager"/>.
    /// </summary>
    public long DatabaseWriteBufferBytes { get; init; }

    /// <summary>
    /// Bytes that a memory table takes at a time. Each column family with a write has at least one such block, which counts towards the bounds
    /// above; 0, the default, takes an eighth of <see cref="WriteBufferBytes"/>, at most 1 MiB.
    /// </summary>
    public long ArenaBlockBytes { get; init; }

    /// <summary>
    /// Share of <see cref="WriteBufferBytes"/> that a Bloom filter over each memory table takes, from its beginning, so that reads of what is not in it skip
    /// it; 0, the default, leaves the filter out; at most 0.25. A hundredth is enough for values of 100 bytes.
    /// </summary>
    public double MemoryTableBloomShare { get; init; }

    /// <summary>Memory tables of a column family, the one being written included. Default 2; at least 2.</summary>
    public int MaxWriteBuffers { get; init; } = 2;

    /// <summary>Compression of data blocks. Default <see cref="RocksDbCompression.Lz4"/> (RocksDB's own default: Snappy).</summary>
    public RocksDbCompression Compression { get; init; } = RocksDbCompression.Lz4;

    /// <summary>Uncompressed bytes of a data block. Default 4 KiB.</summary>
    public int BlockBytes { get; init; } = 4096;

    /// <summary>Bits of the Bloom filter for each key; 0 leaves the filter out. Default 10 (RocksDB's own default: none).</summary>
    public double BloomBitsPerKey { get; init; } = 10;

    /// <summary>Flushes and compactions that may run at once, over all databases of the process. Default 2.</summary>
    public int MaxBackgroundJobs { get; init; } = 2;

    /// <summary>Files kept open; -1, the default, keeps all open.</summary>
    public int MaxOpenFiles { get; init; } = -1;

    /// <summary>Whether tickers and histograms are kept (<see cref="RocksDatabase.Statistics"/>). Default false: they cost 5 to 10 %.</summary>
    public bool EnableStatistics { get; init; }

    internal OptionsHandle ToHandle()
    {
        var options = new OptionsHandle();
        try
        {
            Set(options);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    private void Set(OptionsHandle options)
    {
        Native.OptionsSetCreateIfMissing(options, 1);
        Native.OptionsSetCreateMissingColumnFamilies(options, 1);
        Native.OptionsSetAtomicFlush(options, AtomicFlush ? (byte)1 : (byte)0);
        Native.OptionsSetWriteBufferSize(options, (nuint)WriteBufferBytes);
        Native.OptionsSetDbWriteBufferSize(options, (nuint)DatabaseWriteBufferBytes);
        Native.OptionsSetArenaBlockSize(options, (nuint)ArenaBlockBytes);
        Native.OptionsSetMaxWriteBufferNumber(options, MaxWriteBuffers);
        Native.OptionsSetMemtablePrefixBloomSizeRatio(options, MemoryTableBloomShare);
        Native.OptionsSetMemtableWholeKeyFiltering(options, MemoryTableBloomShare > 0 ? (byte)1 : (byte)0);
        Native.OptionsSetMaxBackgroundJobs(options, MaxBackgroundJobs);
        Native.OptionsSetMaxOpenFiles(options, MaxOpenFiles);
        Native.OptionsSetCompression(options, (int)Compression);
        Native.OptionsSetLevelCompactionDynamicLevelBytes(options, 1);

        // RocksDB's own log stays small and, at the level of errors, without keys.
        Native.OptionsSetInfoLogLevel(options, 3);
        Native.OptionsSetKeepLogFileNum(options, 2);
        Native.OptionsSetMaxLogFileSize(options, 1 << 20);
        Native.OptionsSetStatsDumpPeriodSec(options, 0);
        Native.OptionsSetStatsPersistPeriodSec(options, 0);
        if (EnableStatistics)
            Native.OptionsEnableStatistics(options);
        using var table = new TableOptionsHandle();
        Set(table);
        Native.OptionsSetBlockBasedTableFactory(options, table);
    }

    private void Set(TableOptionsHandle table)
    {
        Native.TableOptionsSetBlockSize(table, (nuint)BlockBytes);
        Native.TableOptionsSetFormatVersion(table, 5);
        if (BlockCache is not null)
        {
            // Indexes and filters in the cache, so that its capacity bounds them too.
            Native.TableOptionsSetBlockCache(table, BlockCache.Handle);
            Native.TableOptionsSetCacheIndexAndFilterBlocks(table, 1);
            Native.TableOptionsSetCacheIndexAndFilterBlocksWithHighPriority(table, 1);
            Native.TableOptionsSetPinL0FilterAndIndexBlocksInCache(table, 1);
        }

        if (BloomBitsPerKey > 0)
            Native.TableOptionsSetFilterPolicy(table, Native.FilterPolicyCreateBloomFull(BloomBitsPerKey));
    }
}

using MedStreams.RocksDb;
using MedStreams.Streams.State;

namespace MedStreams.Streams;

/// <summary>
/// How RocksDB keeps the stores of an instance. Memory is bounded for all stores together, however many tasks there are, and stores of one task are column
/// families of one database; so these are settings of the instance, and a store has its <see cref="Materialized{TKey,TValue}"/>.
/// </summary>
public sealed record RocksDbSettings
{
    /// <summary>Cache of blocks, indexes and filters, shared by all tasks, in bytes: 1 MiB and more. Default 64 MiB.</summary>
    public long BlockCacheBytes { get; init; } = 64L << 20;

    /// <summary>Memory tables of all tasks together, about, in bytes: 1 MiB and more. Default 128 MiB.</summary>
    public long WriteBufferBytes { get; init; } = 128L << 20;

    /// <summary>
    /// Memory tables of one task, in bytes: 64 KiB and more. Default 16 MiB. A crash loses what they hold, to be restored from the changelogs.
    /// </summary>
    public long TaskWriteBufferBytes { get; init; } = 16L << 20;

    /// <summary>Compression on disk; what is there stays as it is until it is compacted. Default LZ4.</summary>
    public RocksDbCompression Compression { get; init; } = RocksDbCompression.Lz4;

    internal void Validate()
    {
        Check(BlockCacheBytes >= 1 << 20, nameof(BlockCacheBytes), "1 MiB and more");
        Check(WriteBufferBytes >= 1 << 20, nameof(WriteBufferBytes), "1 MiB and more");
        Check(TaskWriteBufferBytes >= 64 << 10, nameof(TaskWriteBufferBytes), "64 KiB and more");
        Check(Enum.IsDefined(Compression), nameof(Compression), "one of those that are listed");
    }

    internal StateSettings ToState(bool enableStatistics) => new()
    {
        BlockCacheBytes = BlockCacheBytes,
        WriteBufferBytes = WriteBufferBytes,
        TaskWriteBufferBytes = TaskWriteBufferBytes,
        Compression = Compression,
        EnableStatistics = enableStatistics,
    };

    private static void Check(bool right, string name, string allowed)
    {
        if (!right)
            throw new ArgumentException($"{nameof(RocksDbSettings)}.{name} must be {allowed}.", name);
    }
}

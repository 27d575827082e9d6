using MedStreams.RocksDb;

namespace MedStreams.Streams.State;

/// <summary>How the state of an instance is kept. Bytes are bytes of memory.</summary>
internal sealed record StateSettings
{
    /// <summary>Cache of blocks, indexes and filters, shared by all tasks. Default 64 MiB.</summary>
    public long BlockCacheBytes { get; init; } = 64L << 20;

    /// <summary>Memory tables of all tasks together, about. Default 128 MiB.</summary>
    public long WriteBufferBytes { get; init; } = 128L << 20;

    /// <summary>Memory tables of one task. Default 16 MiB. A crash loses what they hold, to be restored from the changelogs.</summary>
    public long TaskWriteBufferBytes { get; init; } = 16L << 20;

    /// <summary>Compression on disk. Default LZ4.</summary>
    public RocksDbCompression Compression { get; init; } = RocksDbCompression.Lz4;

    /// <summary>Whether RocksDB keeps statistics. Default false.</summary>
    public bool EnableStatistics { get; init; }
}

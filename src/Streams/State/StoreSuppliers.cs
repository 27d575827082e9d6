namespace MedStreams.Streams;

/// <summary>Where and how a store keeps its bytes; see <see cref="Stores"/>.</summary>
public interface IStoreSupplier
{
    /// <summary>The store's name in the topology.</summary>
    string Name { get; }
}

/// <summary>Where and how a key-value store keeps its bytes; see <see cref="Stores"/>.</summary>
/// <param name="Name">The store's name in the topology.</param>
/// <param name="Persistent">In RocksDB; else in memory.</param>
public sealed record KeyValueBytesStoreSupplier(string Name, bool Persistent) : IStoreSupplier
{
    /// <summary>How many entries are kept, those that were used last; null: all. Only in memory; see <see cref="Stores.LruMap"/>.</summary>
    public int? MaxEntries { get; init; }
}

/// <summary>Where and how a versioned store keeps its bytes; see <see cref="Stores"/>. Times are milliseconds.</summary>
/// <param name="Name">The store's name in the topology.</param>
/// <param name="HistoryRetention">How long a version can be asked for after the next one has come, by stream time.</param>
/// <param name="SegmentInterval">How much is dropped at once.</param>
public sealed record VersionedBytesStoreSupplier(string Name, long HistoryRetention, long SegmentInterval) : IStoreSupplier;

/// <summary>Where and how a window store keeps its bytes; see <see cref="Stores"/>. Times are milliseconds.</summary>
/// <param name="Name">The store's name in the topology.</param>
/// <param name="Persistent">In RocksDB; else in memory.</param>
/// <param name="RetentionPeriod">How long windows are kept after stream time has passed their start.</param>
/// <param name="WindowSize">Length of the windows.</param>
/// <param name="SegmentInterval">How much is dropped at once.</param>
/// <param name="RetainDuplicates">Whether a window keeps all values that were put for a key, as stream-stream joins need.</param>
public sealed record WindowBytesStoreSupplier(
    string Name,
    bool Persistent,
    long RetentionPeriod,
    long WindowSize,
    long SegmentInterval,
    bool RetainDuplicates)
    : IStoreSupplier;

/// <summary>Where and how a session store keeps its bytes; see <see cref="Stores"/>. Times are milliseconds.</summary>
/// <param name="Name">The store's name in the topology.</param>
/// <param name="Persistent">In RocksDB; else in memory.</param>
/// <param name="RetentionPeriod">How long sessions are kept after stream time has passed their end.</param>
/// <param name="SegmentInterval">How much is dropped at once.</param>
public sealed record SessionBytesStoreSupplier(
    string Name, bool Persistent, long RetentionPeriod, long SegmentInterval) : IStoreSupplier;

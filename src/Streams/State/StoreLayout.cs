namespace MedStreams.Streams.State;

/// <summary>What the keys of a store's bytes look like.</summary>
internal enum StoreKind
{
    /// <summary>The key's bytes.</summary>
    KeyValue,

    /// <summary>Segment, key, start of the window, number of the duplicate.</summary>
    Window,

    /// <summary>Segment, key, end of the session, start of the session.</summary>
    Session,

    /// <summary>Segment, or the largest number for the newest version, then the key; see <see cref="VersionHistory"/>.</summary>
    Versioned,
}

/// <summary>How a store's bytes lie; what a task needs to know to keep, log and restore them without any serde.</summary>
internal sealed record StoreLayout
{
    public required string Name { get; init; }

    public required StoreKind Kind { get; init; }

    /// <summary>In RocksDB; else in memory only, restored at each start.</summary>
    public required bool Persistent { get; init; }

    /// <summary>Values carry their time in front, which the changelog carries as the record's time.</summary>
    public bool Timestamped { get; init; }

    /// <summary>
    /// How long windows and sessions are kept after stream time has passed their start or end, and versions after the next has come, in
    /// milliseconds.
    /// </summary>
    public long RetentionMs { get; init; }

    /// <summary>What is dropped at once, in milliseconds.</summary>
    public long SegmentIntervalMs { get; init; }

    /// <summary>Length of the windows in milliseconds; the stores only add it to starts.</summary>
    public long WindowSizeMs { get; init; }

    /// <summary>Whether several values of one key and window are kept, as stream-stream joins need.</summary>
    public bool RetainDuplicates { get; init; }

    /// <summary>How many entries are kept, those that were used last; null: all. Only in memory.</summary>
    public int? MaxEntries { get; init; }

    /// <summary>Bytes in front of keys that the changelog does not carry.</summary>
    public int KeyPrefix => Kind == StoreKind.KeyValue ? 0 : sizeof(long);

    /// <summary>The same as long as the bytes on disk mean the same.</summary>
    public string Fingerprint => Kind == StoreKind.KeyValue
        ? $"1:{Kind}:{Timestamped}"
        : $"1:{Kind}:{Timestamped}:{SegmentIntervalMs}:{RetainDuplicates}";
}

namespace MedStreams.Streams;

/// <summary>How much is measured (<c>metrics.recording.level</c>).</summary>
public enum MetricsRecordingLevel
{
    /// <summary>What costs nothing for a record: counts, and times of whole polls, batches and commits.</summary>
    Info,

    /// <summary>Also each operation of a store, iterators, and RocksDB's own statistics.</summary>
    Debug,
}

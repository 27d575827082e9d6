using System.Collections.Concurrent;

namespace MedStreams.Streams.Tests.Runtime;

/// <summary>Notes what happens to the stores of an instance.</summary>
internal sealed class RecordingListener : IStateRestoreListener, IStandbyUpdateListener
{
    private long _restored;

    /// <summary>Records that new owners had to read.</summary>
    public long Restored => Interlocked.Read(ref _restored);

    public ConcurrentQueue<string> Journal { get; } = new();

    /// <summary>The offset up to which standbys have followed, by changelog.</summary>
    public ConcurrentDictionary<TopicPartition, long> Followed { get; } = new();

    public void OnRestoreStart(TopicPartition changelog, string store, long startOffset, long endOffset) =>
        Journal.Enqueue($"restore {changelog} {startOffset} {endOffset}");

    public void OnBatchRestored(TopicPartition changelog, string store, long batchEndOffset, long restored) =>
        Interlocked.Add(ref _restored, restored);

    public void OnRestoreEnd(TopicPartition changelog, string store, long totalRestored) =>
        Journal.Enqueue($"restored {changelog} {totalRestored}");

    public void OnUpdateStart(TopicPartition changelog, string store, long startOffset) =>
        Journal.Enqueue($"follow {changelog} {startOffset}");

    public void OnBatchLoaded(
        TopicPartition changelog, string store, TaskId task, long batchEndOffset, long loaded, long endOffset) =>
        Followed[changelog] = batchEndOffset;

    public void OnUpdateSuspended(
        TopicPartition changelog, string store, long storeOffset, long endOffset, StandbySuspension reason) =>
        Journal.Enqueue($"{reason} {changelog} {storeOffset}");
}

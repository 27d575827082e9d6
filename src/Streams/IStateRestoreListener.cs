namespace MedStreams.Streams;

/// <summary>
/// Told how the stores of new tasks are restored from their changelogs (Kafka Streams' <c>StateRestoreListener</c>). Called on stream
/// threads, several at a time; an exception ends the thread.
/// </summary>
public interface IStateRestoreListener
{
    /// <summary>A store begins to be restored.</summary>
    /// <param name="changelog">The partition of its changelog.</param>
    /// <param name="store">The store.</param>
    /// <param name="startOffset">The first offset that is read: where the last commit left the store.</param>
    /// <param name="endOffset">The offset after the last one that is read.</param>
    void OnRestoreStart(TopicPartition changelog, string store, long startOffset, long endOffset);

    /// <summary>Some records are in the store.</summary>
    /// <param name="changelog">The partition of its changelog.</param>
    /// <param name="store">The store.</param>
    /// <param name="batchEndOffset">The offset after the last of them.</param>
    /// <param name="restored">How many they are.</param>
    void OnBatchRestored(TopicPartition changelog, string store, long batchEndOffset, long restored)
    {
    }

    /// <summary>The store is up to date.</summary>
    /// <param name="changelog">The partition of its changelog.</param>
    /// <param name="store">The store.</param>
    /// <param name="totalRestored">How many records were read.</param>
    void OnRestoreEnd(TopicPartition changelog, string store, long totalRestored);

    /// <summary>The task goes elsewhere before the store is up to date.</summary>
    /// <param name="changelog">The partition of its changelog.</param>
    /// <param name="store">The store.</param>
    /// <param name="totalRestored">How many records were read.</param>
    void OnRestoreSuspended(TopicPartition changelog, string store, long totalRestored)
    {
    }
}

/// <summary>Why a standby does not follow its changelog any more.</summary>
public enum StandbySuspension
{
    /// <summary>The standby task goes elsewhere, or the instance stops.</summary>
    Migrated,

    /// <summary>The task runs here from now on.</summary>
    Promoted,
}

/// <summary>
/// Told how standbys follow their changelogs (Kafka Streams' <c>StandbyUpdateListener</c>). Called on stream threads, several at a time; an
/// exception ends the thread.
/// </summary>
public interface IStandbyUpdateListener
{
    /// <summary>A standby begins to follow.</summary>
    /// <param name="changelog">The partition of the changelog.</param>
    /// <param name="store">The store.</param>
    /// <param name="startOffset">The first offset that is read.</param>
    void OnUpdateStart(TopicPartition changelog, string store, long startOffset);

    /// <summary>Some records are in the store.</summary>
    /// <param name="changelog">The partition of the changelog.</param>
    /// <param name="store">The store.</param>
    /// <param name="task">The task.</param>
    /// <param name="batchEndOffset">The offset after the last of them.</param>
    /// <param name="loaded">How many they are.</param>
    /// <param name="endOffset">Where the changelog ended when it was last looked at.</param>
    void OnBatchLoaded(TopicPartition changelog, string store, TaskId task, long batchEndOffset, long loaded, long endOffset);

    /// <summary>A standby ends.</summary>
    /// <param name="changelog">The partition of the changelog.</param>
    /// <param name="store">The store.</param>
    /// <param name="storeOffset">The offset after the last record that is in the store.</param>
    /// <param name="endOffset">Where the changelog ended when it was last looked at.</param>
    /// <param name="reason">Why.</param>
    void OnUpdateSuspended(
        TopicPartition changelog, string store, long storeOffset, long endOffset, StandbySuspension reason);
}

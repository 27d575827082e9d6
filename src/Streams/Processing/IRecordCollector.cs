namespace MedStreams.Streams.Processing;

/// <summary>Where records leave a task: the producer of its thread, or the test driver. Used on the task's thread.</summary>
internal interface IRecordCollector
{
    /// <summary>
    /// Sends bytes. They are copied before the call returns. Errors come to the production exception handler, those
    /// that it does not forgive out of the next call or out of <see cref="Flush"/>.
    /// </summary>
    /// <param name="topic">The topic.</param>
    /// <param name="partition">The partition; null lets Kafka's default partitioner choose from the key's bytes.</param>
    /// <param name="key">The key's bytes; ignored where <paramref name="hasKey"/> is false.</param>
    /// <param name="hasKey">False for a record without key.</param>
    /// <param name="value">The value's bytes; ignored where <paramref name="hasValue"/> is false.</param>
    /// <param name="hasValue">False for a tombstone.</param>
    /// <param name="timestamp">Epoch milliseconds.</param>
    /// <param name="headers">The headers.</param>
    void Send(
        string topic,
        int? partition,
        ReadOnlySpan<byte> key,
        bool hasKey,
        ReadOnlySpan<byte> value,
        bool hasValue,
        long timestamp,
        Headers headers);

    /// <summary>How many partitions a topic has, for partitioners of the user's.</summary>
    int PartitionCount(string topic);

    /// <summary>Waits until the broker has acknowledged all that was sent.</summary>
    void Flush();

    /// <summary>The offset after the last acknowledged record of a partition; null where this task sent none.</summary>
    long? NextOffset(TopicPartition partition);
}

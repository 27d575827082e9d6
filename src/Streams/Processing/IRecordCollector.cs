namespace MedStreams.Streams.Processing;

/// <summary>Where records leave a task: the producer of its thread, or the test driver. Used on the task's thread.</summary>
internal interface IRecordCollector
{
    /// <summary>
    /// Sends bytes. They are copied before the call returns. Errors come to the production exception handler, those
    /// that it does not forgive out of the next call or out of <see cref="Flush"/>.
    /// </summary>
    void Send(in OutgoingRecord record);

    /// <summary>How many partitions a topic has, for partitioners of the user's.</summary>
    int PartitionCount(string topic);

    /// <summary>Waits until the broker has acknowledged all that was sent.</summary>
    void Flush();

    /// <summary>The offset after the last acknowledged record of a partition; null where this task sent none.</summary>
    long? NextOffset(TopicPartition partition);
}

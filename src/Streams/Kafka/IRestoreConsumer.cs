namespace MedStreams.Streams.Kafka;

/// <summary>Reads partitions without a group: changelogs, and single records for the dead-letter topic.</summary>
internal interface IRestoreConsumer : IDisposable
{
    /// <summary>Reads exactly these partitions from these offsets.</summary>
    void Assign(IReadOnlyDictionary<TopicPartition, long> from);

    /// <inheritdoc cref="IStreamConsumer.Poll"/>
    int Poll(TimeSpan timeout, int maxRecords, IRecordReceiver receiver);
}

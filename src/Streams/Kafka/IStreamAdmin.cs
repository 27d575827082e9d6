namespace MedStreams.Streams.Kafka;

/// <summary>
/// What an instance asks brokers beside the streams of records, over a connection of its own: an answer would wait behind those of long
/// polls. Shared by the threads of an instance; safe for use by several threads.
/// </summary>
internal interface IStreamAdmin : IDisposable
{
    /// <summary>The topics that exist, with their partition counts.</summary>
    IReadOnlyDictionary<string, int> PartitionCounts(TimeSpan timeout);

    /// <summary>As <see cref="PartitionCounts"/>; null where the broker does not tell in time.</summary>
    IReadOnlyDictionary<string, int>? TryPartitionCounts(TimeSpan timeout);

    /// <summary>
    /// The first offset of a partition, and the one after the last record, committed or not (the high watermark). Null where the
    /// broker does not tell in time: ask again.
    /// </summary>
    (long Beginning, long End)? TryBounds(TopicPartition partition, TimeSpan timeout);

    /// <summary>
    /// The offset of the first record of a partition that is not older than a time. Null where the broker does not tell in time: ask again.
    /// </summary>
    /// <param name="partition">The partition.</param>
    /// <param name="timestamp">Epoch milliseconds.</param>
    /// <param name="otherwise">What is answered where there is no such record.</param>
    /// <param name="timeout">How long the answer may take.</param>
    long? TryOffsetAt(TopicPartition partition, long timestamp, long otherwise, TimeSpan timeout);

    /// <summary>
    /// The members of a group: member id, client id, and where it connects from. Null while the group is not stable, or the broker
    /// does not tell in time.
    /// </summary>
    IReadOnlyList<(string MemberId, string ClientId, string Host)>? TryMembers(string groupId, TimeSpan timeout);

    /// <summary>Makes topics; one that exists already is left as it is.</summary>
    Task CreateTopicsAsync(IReadOnlyCollection<NewTopic> topics);
}

/// <summary>A topic to be made.</summary>
internal sealed record NewTopic(string Name, int Partitions, short ReplicationFactor, IReadOnlyDictionary<string, string> Config);

using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Kafka;

/// <summary>Takes what a poll brings.</summary>
internal interface IRecordReceiver
{
    /// <summary>A record; its bytes are only valid during the call.</summary>
    void OnRecord(in RawRecord record);

    /// <summary>The consumer has reached this offset, where the partition ends for now (markers included).</summary>
    void OnEnd(TopicPartition partition, long offset);

    /// <summary>The partition does not hold what was to be read next, and nothing of it comes until it is assigned again.</summary>
    void OnOutOfRange(TopicPartition partition);
}

/// <summary>Where to go on reading a partition.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Offset">From 0.</param>
internal readonly record struct StartingPoint(TopicPartition Partition, long Offset);

/// <summary>Told of changes of the group, on the thread that polls, during a poll.</summary>
internal interface IRebalanceListener
{
    /// <summary>A generation begins. Answers what this member wants to read, whatever the group's leader said.</summary>
    /// <param name="memberId">This member.</param>
    /// <param name="generation">The generation's number.</param>
    /// <param name="groupMetadata">Passed to <see cref="IStreamProducer.SendOffsets"/>; fences older generations.</param>
    IReadOnlyCollection<StartingPoint> OnJoined(string memberId, int generation, object groupMetadata);

    /// <summary>A generation ends, and offsets may still be committed in it.</summary>
    void OnRevoked();

    /// <summary>The membership is gone: nothing can be committed any more.</summary>
    void OnLost();
}

/// <summary>The group's consumer of one stream thread: the engine's whole view of reading from Kafka.</summary>
internal interface IStreamConsumer : IDisposable
{
    /// <summary>Joins the group.</summary>
    void Subscribe(IReadOnlyCollection<string> topics, IRebalanceListener listener);

    /// <summary>Waits for the first record at most so long, then takes what is there, up to a number of records.</summary>
    /// <returns>How many records came.</returns>
    int Poll(TimeSpan timeout, int maxRecords, IRecordReceiver receiver);

    /// <summary>Joins again without leaving, which begins a new generation.</summary>
    void Rejoin();

    /// <summary>Reads exactly these partitions from now on, each from its offset; what was read ahead is read again.</summary>
    void Assign(IReadOnlyCollection<StartingPoint> partitions);

    /// <summary>
    /// The group's committed offsets, null where there is none; none of a transaction that is still being decided. Null where
    /// the broker does not tell in time: ask again.
    /// </summary>
    IReadOnlyDictionary<TopicPartition, long?>? TryCommitted(IEnumerable<TopicPartition> partitions, TimeSpan timeout);

    /// <summary>Commits offsets outside a transaction.</summary>
    /// <exception cref="TransactionLostException">The generation is over: another member may own the partitions.</exception>
    void Commit(IReadOnlyDictionary<TopicPartition, long> offsets);

    /// <summary>Leaves the group. Without it, the group counts a member that is disposed of until its session ends.</summary>
    /// <exception cref="StreamsException">The group could not be told; the client has ended all the same.</exception>
    void Close();
}

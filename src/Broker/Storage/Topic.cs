namespace MedStreams.Broker.Storage;

/// <summary>A topic as it is at one moment; a change makes a new one.</summary>
/// <param name="Name">The name.</param>
/// <param name="Id">The id, which a later topic of the same name does not have.</param>
/// <param name="Configs">Its own configuration, by Kafka's names; what is not there has the broker's default.</param>
/// <param name="Partitions">The partitions' logs by number.</param>
internal sealed record Topic(
    string Name,
    Guid Id,
    IReadOnlyDictionary<string, string> Configs,
    IReadOnlyList<PartitionLog> Partitions)
{
    /// <summary>The topic of the groups' committed offsets.</summary>
    public const string ConsumerOffsets = "__consumer_offsets";

    /// <summary>The topic of the transactions' states.</summary>
    public const string TransactionState = "__transaction_state";

    /// <summary>Whether only the broker writes it.</summary>
    public bool IsInternal => IsInternalName(Name);

    /// <summary>Whether only the broker writes a topic of that name.</summary>
    public static bool IsInternalName(string name) => name is ConsumerOffsets or TransactionState;

    /// <summary>The log of a partition, or null when there is no such partition.</summary>
    public PartitionLog? Partition(int number) =>
        (uint)number < (uint)Partitions.Count ? Partitions[number] : null;
}

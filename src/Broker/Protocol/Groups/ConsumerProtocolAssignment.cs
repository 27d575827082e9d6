namespace MedStreams.Broker.Protocol;

/// <summary>What the leader of a group of consumers tells a member: its partitions.</summary>
/// <remarks>
/// Kept as bytes in a group; newer versions add fields at the end.
/// </remarks>
internal sealed class ConsumerProtocolAssignment : IVersionedData
{
    /// <inheritdoc/>
    public static short LowestVersion => 0;

    /// <inheritdoc/>
    public static short HighestVersion => 3;

    /// <inheritdoc/>
    public static short FirstFlexibleVersion => short.MaxValue;

    public List<TopicPartition> AssignedPartitions { get; set; } = [];

    public byte[]? UserData { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        AssignedPartitions = w.Structs(AssignedPartitions);
        UserData = w.NullableBytes(UserData);
        w.End();
    }

    /// <summary>Partitions of a topic.</summary>
    internal sealed class TopicPartition : IWireStruct
    {
        public string Topic { get; set; } = "";

        public List<int> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Topic = w.String(Topic);
            Partitions = w.Int32s(Partitions);
            w.End();
        }
    }
}

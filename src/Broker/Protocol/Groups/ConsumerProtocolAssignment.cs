namespace MedStreams.Broker.Protocol;

/// <summary>Data.</summary>
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

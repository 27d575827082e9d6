namespace MedStreams.Broker.Protocol;

/// <summary>What a consumer tells the leader of its group: the topics that it wants, and what it owns.</summary>
/// <remarks>
/// By version. 1: partitions owned. 2: the generation in which they were. 3: rack. Kept as bytes in a group; newer
/// versions add fields at the end.
/// </remarks>
internal sealed class ConsumerProtocolSubscription : IVersionedData
{
    /// <inheritdoc/>
    public static short LowestVersion => 0;

    /// <inheritdoc/>
    public static short HighestVersion => 3;

    /// <inheritdoc/>
    public static short FirstFlexibleVersion => short.MaxValue;

    public List<string> Topics { get; set; } = [];

    public byte[]? UserData { get; set; }

    public List<TopicPartition> OwnedPartitions { get; set; } = [];

    public int GenerationId { get; set; } = -1;

    public string? RackId { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        Topics = w.Strings(Topics);
        UserData = w.NullableBytes(UserData);
        if (w.Version >= 1)
            OwnedPartitions = w.Structs(OwnedPartitions);
        if (w.Version >= 2)
            GenerationId = w.Int32(GenerationId);
        if (w.Version >= 3)
            RackId = w.NullableString(RackId);
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

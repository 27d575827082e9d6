namespace MedStreams.Broker.Protocol;

/// <summary>Reads the offsets that groups have stored.</summary>
/// <remarks>
/// By version. 2: null topics means all; an error for the whole group. 5: leader epoch. 6: flexible. 7: may ask for
/// stable offsets only. 8: several groups at once, in other fields. 9: members of the newer group protocol.
/// </remarks>
internal sealed class OffsetFetchRequest : IRequest<OffsetFetchResponse>
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.OffsetFetch;

    public string GroupId { get; set; } = "";

    public List<OffsetFetchRequestTopic>? Topics { get; set; } = [];

    public List<OffsetFetchRequestGroup> Groups { get; set; } = [];

    /// <summary>Whether offsets of open transactions are to be answered by UNSTABLE_OFFSET_COMMIT.</summary>
    public bool RequireStable { get; set; }

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version <= 7)
        {
            GroupId = w.String(GroupId);
            Topics = w.NullableStructs(Topics, w.Version >= 2);
        }

        if (w.Version >= 8)
            Groups = w.Structs(Groups);
        if (w.Version >= 7)
            RequireStable = w.Bool(RequireStable);
        w.End();
    }

    /// <summary>A topic that is asked for, up to version 7.</summary>
    internal sealed class OffsetFetchRequestTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<int> PartitionIndexes { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            PartitionIndexes = w.Int32s(PartitionIndexes);
            w.End();
        }
    }

    /// <summary>A group that is asked for, since version 8.</summary>
    internal sealed class OffsetFetchRequestGroup : IWireStruct
    {
        public string GroupId { get; set; } = "";

        public string? MemberId { get; set; }

        public int MemberEpoch { get; set; } = -1;

        public List<OffsetFetchRequestTopics>? Topics { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            GroupId = w.String(GroupId);
            if (w.Version >= 9)
            {
                MemberId = w.NullableString(MemberId);
                MemberEpoch = w.Int32(MemberEpoch);
            }

            Topics = w.NullableStructs(Topics);
            w.End();
        }
    }

    /// <summary>A topic that is asked for, since version 8.</summary>
    internal sealed class OffsetFetchRequestTopics : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<int> PartitionIndexes { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            PartitionIndexes = w.Int32s(PartitionIndexes);
            w.End();
        }
    }
}

/// <summary>The offsets; -1 where none is stored.</summary>
internal sealed class OffsetFetchResponse : IResponse
{
    /// <inheritdoc/>
    public static ApiKey Api => ApiKey.OffsetFetch;

    /// <summary>How long the client shall pause, in milliseconds.</summary>
    public int ThrottleTimeMs { get; set; }

    public List<OffsetFetchResponseTopic> Topics { get; set; } = [];

    public ErrorCode ErrorCode { get; set; }

    public List<OffsetFetchResponseGroup> Groups { get; set; } = [];

    /// <inheritdoc/>
    public void Walk(ref Wire w)
    {
        if (w.Version >= 3)
            ThrottleTimeMs = w.Int32(ThrottleTimeMs);
        if (w.Version <= 7)
            Topics = w.Structs(Topics);
        if (w.Version is >= 2 and <= 7)
            ErrorCode = w.Error(ErrorCode);
        if (w.Version >= 8)
            Groups = w.Structs(Groups);
        w.End();
    }

    /// <summary>A topic with offsets, up to version 7.</summary>
    internal sealed class OffsetFetchResponseTopic : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<OffsetFetchResponsePartition> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>A group, since version 8.</summary>
    internal sealed class OffsetFetchResponseGroup : IWireStruct
    {
        public string GroupId { get; set; } = "";

        public List<OffsetFetchResponseTopics> Topics { get; set; } = [];

        public ErrorCode ErrorCode { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            GroupId = w.String(GroupId);
            Topics = w.Structs(Topics);
            ErrorCode = w.Error(ErrorCode);
            w.End();
        }
    }

    /// <summary>The offset of a partition, up to version 7.</summary>
    internal sealed class OffsetFetchResponsePartition : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public long CommittedOffset { get; set; }

        public int CommittedLeaderEpoch { get; set; } = -1;

        public string? Metadata { get; set; } = "";

        public ErrorCode ErrorCode { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            CommittedOffset = w.Int64(CommittedOffset);
            if (w.Version >= 5)
                CommittedLeaderEpoch = w.Int32(CommittedLeaderEpoch);
            Metadata = w.NullableString(Metadata);
            ErrorCode = w.Error(ErrorCode);
            w.End();
        }
    }

    /// <summary>A topic with offsets, since version 8.</summary>
    internal sealed class OffsetFetchResponseTopics : IWireStruct
    {
        public string Name { get; set; } = "";

        public List<OffsetFetchResponsePartitions> Partitions { get; set; } = [];

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            Name = w.String(Name);
            Partitions = w.Structs(Partitions);
            w.End();
        }
    }

    /// <summary>The offset of a partition, since version 8.</summary>
    internal sealed class OffsetFetchResponsePartitions : IWireStruct
    {
        public int PartitionIndex { get; set; }

        public long CommittedOffset { get; set; }

        public int CommittedLeaderEpoch { get; set; } = -1;

        public string? Metadata { get; set; } = "";

        public ErrorCode ErrorCode { get; set; }

        /// <inheritdoc/>
        public void Walk(ref Wire w)
        {
            PartitionIndex = w.Int32(PartitionIndex);
            CommittedOffset = w.Int64(CommittedOffset);
            CommittedLeaderEpoch = w.Int32(CommittedLeaderEpoch);
            Metadata = w.NullableString(Metadata);
            ErrorCode = w.Error(ErrorCode);
            w.End();
        }
    }
}

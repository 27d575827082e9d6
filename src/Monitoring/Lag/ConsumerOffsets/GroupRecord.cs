using MedStreams.Streams;

namespace MedStreams.Monitoring.Lag.ConsumerOffsets;

/// <summary>A member of a group and the partitions that it reads.</summary>
/// <param name="ClientId">Its client id.</param>
/// <param name="Host">Where it connects from.</param>
/// <param name="Partitions">What it was given; empty where its protocol is not the consumers'.</param>
internal sealed record GroupMember(string ClientId, string Host, IReadOnlyList<TopicPartition> Partitions);

/// <summary>A record of <c>__consumer_offsets</c>.</summary>
internal abstract record GroupRecord(string Group)
{
    /// <summary>
    /// Reads a record: keys of versions 0 to 2, commits of versions 0 to 4, groups of versions 0 to 4. Null for what does not concern lag (transaction
    /// markers, records of the newer group protocols) and for what cannot be read.
    /// </summary>
    public static GroupRecord? TryRead(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isTombstone)
    {
        var reader = new GroupRecordReader(key);
        var version = reader.Int16();
        if (reader.HasFailed || version is < 0 or > 2 || reader.Text(isCompact: false) is not { } group)
            return null;
        if (version == 2)
            return reader.HasFailed ? null : isTombstone ? new GroupGone(group) : Members(group, value);
        var topic = reader.Text(isCompact: false) ?? "";
        var partition = new TopicPartition(topic, reader.Int32());
        if (reader.HasFailed)
            return null;
        return isTombstone ? new CommitGone(group, partition) : Commit(group, partition, value);
    }

    private static Commit? Commit(string group, TopicPartition partition, ReadOnlySpan<byte> value)
    {
        var reader = new GroupRecordReader(value);
        var version = reader.Int16();
        if (version is < 0 or > 4)
            return null;
        var offset = reader.Int64();
        if (version >= 3)
            reader.Int32(); // the leader's epoch
        reader.Text(isCompact: version >= 4); // metadata
        var timestamp = reader.Int64();
        return reader.HasFailed ? null : new Commit(group, partition, offset, timestamp);
    }

    private static GroupMembers? Members(string group, ReadOnlySpan<byte> value)
    {
        var reader = new GroupRecordReader(value);
        var version = reader.Int16();
        if (version is < 0 or > 4)
            return null;
        var isCompact = version >= 4;
        var isOfConsumers = reader.Text(isCompact) == "consumer";
        reader.Int32(); // generation
        reader.Text(isCompact); // protocol
        reader.Text(isCompact); // leader
        if (version >= 2)
            reader.Int64(); // when the state changed
        var members = new GroupMember[reader.Count(isCompact)];
        for (var i = 0; i < members.Length; i++)
        {
            reader.Text(isCompact); // member id
            if (version >= 3)
                reader.Text(isCompact); // group.instance.id
            var (client, host) = (reader.Text(isCompact) ?? "", reader.Text(isCompact) ?? "");
            if (version >= 1)
                reader.Int32(); // rebalance time-out
            reader.Int32(); // session time-out
            reader.Bytes(isCompact); // subscription
            var assignment = reader.Bytes(isCompact);
            members[i] = new GroupMember(client, host, isOfConsumers ? Assignment(assignment) : []);
            if (isCompact)
                reader.SkipTags();
        }

        return reader.HasFailed ? null : new GroupMembers(group, members);
    }

    /// <summary>The consumers' assignment: topics with partitions; versions of it only add behind.</summary>
    private static List<TopicPartition> Assignment(ReadOnlySpan<byte> bytes)
    {
        var partitions = new List<TopicPartition>();
        if (bytes.IsEmpty)
            return partitions;
        var reader = new GroupRecordReader(bytes);
        reader.Int16(); // version
        for (var topics = reader.Count(isCompact: false); topics > 0; topics--)
        {
            var topic = reader.Text(isCompact: false) ?? "";
            for (var count = reader.Count(isCompact: false); count > 0; count--)
                partitions.Add(new TopicPartition(topic, reader.Int32()));
        }

        return reader.HasFailed ? [] : partitions;
    }
}

/// <summary>A group has committed an offset.</summary>
internal sealed record Commit(string Group, TopicPartition Partition, long Offset, long Timestamp) : GroupRecord(Group);

/// <summary>A group's offset was deleted, or has expired.</summary>
internal sealed record CommitGone(string Group, TopicPartition Partition) : GroupRecord(Group);

/// <summary>A group has a new generation; without members it is empty.</summary>
internal sealed record GroupMembers(string Group, IReadOnlyList<GroupMember> Members) : GroupRecord(Group);

/// <summary>A group was deleted, or nothing is left of it.</summary>
internal sealed record GroupGone(string Group) : GroupRecord(Group);

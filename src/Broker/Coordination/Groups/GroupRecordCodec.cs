using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Coordination;

/// <summary>
/// The records of <c>__consumer_offsets</c> in the form that Kafka 3.9 writes, so that tools which read that topic (lag
/// monitors among them) understand it: key versions 1 and 2, value versions 3, or 1 where a client set an expiry.
/// </summary>
internal static class GroupRecordCodec
{
    private const short OffsetKeyVersion = 1;
    private const short ImageKeyVersion = 2;
    private const short OffsetValueVersion = 3;
    private const short ExpiringOffsetValueVersion = 1;
    private const short ImageValueVersion = 3;

    public static (byte[] Key, byte[]? Value) Write(string groupId, GroupRecord record) => record switch
    {
        OffsetRecord offset => (
            VersionedData.Write(OffsetKeyVersion, new OffsetCommitKey
            {
                Group = groupId,
                Topic = offset.Partition.Topic,
                Partition = offset.Partition.Partition,
            }),
            offset.Value is null ? null : Write(offset.Value)),
        GroupImageRecord image => (
            VersionedData.Write(ImageKeyVersion, new GroupMetadataKey { Group = groupId }),
            image.Image is null ? null : Write(image.Image)),
        _ => throw new ArgumentOutOfRangeException(nameof(record), record.GetType().Name, "No such record."),
    };

    /// <summary>Reads a record; null when its key is none that this version knows, which is passed over as Kafka does.</summary>
    /// <exception cref="InvalidDataException">The key is known and the rest is not right.</exception>
    public static (string GroupId, GroupRecord Record)? Read(byte[] key, byte[]? value)
    {
        if (!VersionedData.TryPeekVersion(key, out var version))
        {
            throw new InvalidDataException("A key without a version.");
        }

        if (version is >= 0 and <= OffsetKeyVersion)
        {
            var k = Parse<OffsetCommitKey>(key, out _);
            return (k.Group, new OffsetRecord(
                new TopicPartition(k.Topic, k.Partition), value is null ? null : ReadOffset(value)));
        }

        if (version == ImageKeyVersion)
        {
            var k = Parse<GroupMetadataKey>(key, out _);
            return (k.Group, new GroupImageRecord(value is null ? null : ReadImage(value)));
        }

        return null;
    }

    private static byte[] Write(CommittedOffset value) => VersionedData.Write(
        value.ExpireUtcMs >= 0 ? ExpiringOffsetValueVersion : OffsetValueVersion,
        new OffsetCommitValue
        {
            Offset = value.Offset,
            LeaderEpoch = value.LeaderEpoch,
            Metadata = value.Metadata,
            CommitTimestamp = value.CommitUtcMs,
            ExpireTimestamp = value.ExpireUtcMs,
        });

    private static CommittedOffset ReadOffset(byte[] value)
    {
        var v = Parse<OffsetCommitValue>(value, out _);
        return new CommittedOffset(v.Offset, v.LeaderEpoch, v.Metadata, v.CommitTimestamp, v.ExpireTimestamp);
    }

    private static byte[] Write(GroupImage image) => VersionedData.Write(ImageValueVersion, new GroupMetadataValue
    {
        ProtocolType = image.ProtocolType,
        Generation = image.Generation,
        Protocol = image.Protocol,
        Leader = image.Leader,
        CurrentStateTimestamp = image.StateSinceUtcMs,
        Members = [.. image.Members.Select(m => new GroupMetadataValue.MemberMetadata
        {
            MemberId = m.MemberId,
            GroupInstanceId = m.InstanceId,
            ClientId = m.ClientId,
            ClientHost = m.ClientHost,
            RebalanceTimeout = m.RebalanceTimeoutMs,
            SessionTimeout = m.SessionTimeoutMs,
            Subscription = m.Subscription,
            Assignment = m.Assignment,
        })],
    });

    private static GroupImage ReadImage(byte[] value)
    {
        var v = Parse<GroupMetadataValue>(value, out var version);
        return new GroupImage(
            v.ProtocolType, v.Generation, v.Protocol, v.Leader, v.CurrentStateTimestamp,
            [.. v.Members.Select(m => new MemberImage(
                m.MemberId, m.GroupInstanceId, m.ClientId, m.ClientHost,
                version == 0 ? m.SessionTimeout : m.RebalanceTimeout,
                m.SessionTimeout, m.Subscription, m.Assignment))]);
    }

    private static T Parse<T>(byte[] bytes, out short version)
        where T : class, IVersionedData, new() => VersionedData.TryRead<T>(bytes, out var value, out version)
        ? value
        : throw new InvalidDataException($"A {typeof(T).Name} of version {version} that cannot be read.");
}

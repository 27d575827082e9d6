using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Protocol;

public sealed class VersionedDataTests
{
    [Fact]
    public void A_newer_subscription_is_read_as_the_newest_known_one()
    {
        var subscription = new ConsumerProtocolSubscription { Topics = ["t"], GenerationId = 3, RackId = "r" };
        byte[] bytes = [.. VersionedData.Write(3, subscription), 9, 9, 9];
        bytes[1] = 7;
        Assert.True(VersionedData.TryReadForward(bytes, out ConsumerProtocolSubscription read));
        Assert.Equal(("t", 3, "r"), (read.Topics[0], read.GenerationId, read.RackId));
    }

    [Fact]
    public void A_record_of_an_unknown_version_is_refused()
    {
        var bytes = VersionedData.Write(1, new TransactionLogValue { ProducerId = 5 });
        Assert.True(VersionedData.TryRead(bytes, out TransactionLogValue value, out var version));
        Assert.Equal((5L, (short)1), (value.ProducerId, version));
        bytes[1] = 2;
        Assert.False(VersionedData.TryRead(bytes, out value, out version));
        Assert.Equal(2, version);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("FFFF0000")]
    public void What_has_no_version_is_refused(string hex)
    {
        var bytes = Convert.FromHexString(hex);
        Assert.False(VersionedData.TryRead(bytes, out OffsetCommitKey _, out _));
        Assert.False(VersionedData.TryReadForward(bytes, out ConsumerProtocolAssignment _));
    }

    [Fact]
    public void Keys_of_offsets_and_groups_are_told_apart_by_their_version()
    {
        var offset = VersionedData.Write(1, new OffsetCommitKey { Group = "g", Topic = "t" });
        var group = VersionedData.Write(2, new GroupMetadataKey { Group = "g" });
        Assert.False(VersionedData.TryRead(offset, out GroupMetadataKey _, out _));
        Assert.False(VersionedData.TryRead(group, out OffsetCommitKey _, out _));
        Assert.True(VersionedData.TryPeekVersion(group, out var version));
        Assert.Equal(2, version);
    }
}

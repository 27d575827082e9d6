using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Coordination;

public sealed class GroupOffsetTests
{
    private static readonly TopicPartition Zero = new("t", 0);
    private static readonly TopicPartition One = new("t", 1);
    private static readonly Committer Nobody = new(-1, "", null);
    private readonly GroupDriver _g = new();

    [Fact]
    public void A_consumer_that_manages_itself_commits_into_an_empty_group()
    {
        Assert.Equal(ErrorCode.None, _g.Commit(Nobody, Zero, 42, "note"));
        var fetched = _g.Fetch(Zero, stable: true);
        Assert.Equal((42L, "note"), (fetched.Offset, fetched.Metadata));
        Assert.Equal(-1, _g.Fetch(One).Offset);
    }

    [Fact]
    public void Metadata_has_a_limit()
    {
        Assert.Equal(ErrorCode.None, _g.Commit(Nobody, Zero, 1, new string('x', 4096)));
        Assert.Equal(ErrorCode.OffsetMetadataTooLarge, _g.Commit(Nobody, Zero, 2, new string('x', 4097)));
        Assert.Equal(1, _g.Fetch(Zero).Offset);
    }

    [Fact]
    public void Members_commit_in_their_generation_and_strangers_do_not()
    {
        var (member, _) = _g.StableWithOne();
        Assert.Equal(ErrorCode.None, _g.Commit(new(1, member, null), Zero, 5));
        Assert.Equal(ErrorCode.IllegalGeneration, _g.Commit(new(0, member, null), Zero, 6));
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Commit(new(1, "other", null), Zero, 6));
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Commit(Nobody, Zero, 6));
        Assert.Equal(5, _g.Fetch(Zero).Offset);
    }

    [Fact]
    public void While_members_join_the_old_generation_commits_and_then_nobody_until_the_assignment()
    {
        var (member, _) = _g.StableWithOne();
        _g.Join();
        Assert.Equal(ErrorCode.None, _g.Commit(new(1, member, null), Zero, 7));
        _g.Join(member);
        Assert.Equal(ErrorCode.RebalanceInProgress, _g.Commit(new(2, member, null), Zero, 8));
        Assert.Equal(ErrorCode.IllegalGeneration, _g.Commit(new(1, member, null), Zero, 8));
        Assert.Equal(7, _g.Fetch(Zero).Offset);
    }

    [Fact]
    public void A_commit_counts_as_a_sign_of_life()
    {
        var (member, _) = _g.StableWithOne();
        _g.Wait(9_000);
        _g.Commit(new(1, member, null), Zero, 1);
        _g.Wait(9_000);
        Assert.Equal(ErrorCode.None, _g.Heartbeat(member, 1));
    }

    [Fact]
    public void Offsets_of_a_transaction_count_when_it_commits()
    {
        _g.Commit(Nobody, Zero, 1);
        Assert.Equal(ErrorCode.None, _g.CommitTransactional(Nobody, 9, Zero, 4));
        Assert.Equal(1, _g.Fetch(Zero).Offset);
        Assert.Equal(ErrorCode.UnstableOffsetCommit, _g.Fetch(Zero, stable: true).Error);
        Assert.Equal(ErrorCode.None, _g.Fetch(One, stable: true).Error);

        Assert.True(_g.Group.CompleteTransaction(9, committed: true));

        Assert.Equal(4, _g.Fetch(Zero, stable: true).Offset);
    }

    [Fact]
    public void Offsets_of_an_aborted_transaction_never_count()
    {
        _g.Commit(Nobody, Zero, 1);
        _g.CommitTransactional(Nobody, 9, Zero, 4);
        _g.Group.CompleteTransaction(9, committed: false);
        Assert.Equal(1, _g.Fetch(Zero, stable: true).Offset);
    }

    [Fact]
    public void A_plain_commit_behind_a_transactional_one_wins()
    {
        _g.CommitTransactional(Nobody, 9, Zero, 4);
        _g.Commit(Nobody, Zero, 6);
        _g.Group.CompleteTransaction(9, committed: true);
        Assert.Equal(6, _g.Fetch(Zero, stable: true).Offset);
    }

    [Fact]
    public void A_transaction_is_held_to_member_and_generation_when_it_names_them()
    {
        var (member, _) = _g.StableWithOne();
        Assert.Equal(ErrorCode.IllegalGeneration, _g.CommitTransactional(new(0, member, null), 9, Zero, 4));
        Assert.Equal(ErrorCode.UnknownMemberId, _g.CommitTransactional(new(1, "stranger", null), 9, Zero, 4));
        Assert.Equal(ErrorCode.None, _g.CommitTransactional(new(1, member, null), 9, Zero, 4));
        Assert.Equal(ErrorCode.None, _g.CommitTransactional(Nobody, 9, Zero, 5));
    }

    [Fact]
    public void Deleting_offsets_spares_subscribed_topics()
    {
        byte[] subscription = [0, 1, 0, 0, 0, 1, 0, 1, (byte)'t', 255, 255, 255, 255];
        var member = _g.Joins[_g.Join(protocols: GroupDriver.Range(subscription))].MemberId;
        _g.Sync(member, 1, new() { [member] = [] });
        var other = new TopicPartition("other", 0);
        _g.Commit(new(1, member, null), Zero, 5);
        _g.Commit(new(1, member, null), other, 6);

        var (error, results) = _g.With(e => _g.Group.DeleteOffsets([Zero, other], _g.Now, e));

        Assert.Equal(ErrorCode.None, error);
        Assert.Equal([ErrorCode.GroupSubscribedToTopic, ErrorCode.None], results.Select(r => r.Error));
        Assert.Equal(5, _g.Fetch(Zero).Offset);
        Assert.Equal(-1, _g.Fetch(other).Offset);
    }

    [Fact]
    public void A_group_goes_when_its_last_offset_does()
    {
        _g.Commit(Nobody, Zero, 5);
        _g.With(e => _g.Group.DeleteOffsets([Zero], _g.Now, e));
        Assert.Equal(GroupState.Dead, _g.Group.State);
        Assert.Equal(new OffsetRecord(Zero, null), _g.Log[^1].Record);
    }

    [Fact]
    public void Only_a_group_without_members_can_be_deleted()
    {
        var (member, _) = _g.StableWithOne();
        _g.Commit(new(1, member, null), Zero, 5);
        Assert.Equal(ErrorCode.NonEmptyGroup, _g.With(e => _g.Group.Delete(_g.Now, e)));
        _g.Leave(member);
        Assert.Equal(ErrorCode.None, _g.With(e => _g.Group.Delete(_g.Now, e)));
        Assert.Equal(GroupState.Dead, _g.Group.State);
        Assert.Equal([new OffsetRecord(Zero, null), new GroupImageRecord(null)], _g.Log[^2..].Select(l => l.Record));
    }

    [Fact]
    public void Offsets_expire_after_the_group_has_been_empty_for_the_retention()
    {
        var g = new GroupDriver(new GroupLimits { InitialRebalanceDelayMs = 0, OffsetsRetentionMs = 100_000 });
        var (member, _) = g.StableWithOne();
        g.Commit(new(1, member, null), Zero, 5);
        g.Wait(9_000);
        g.Leave(member);
        g.Wait(99_999);
        g.With(e => { g.Group.ExpireOffsets(g.Now, e); return 0; });
        Assert.Equal(5, g.Fetch(Zero).Offset);
        g.Wait(1);
        g.With(e => { g.Group.ExpireOffsets(g.Now, e); return 0; });
        Assert.Equal(GroupState.Dead, g.Group.State);
    }

    [Fact]
    public void What_was_written_brings_the_group_back()
    {
        var (member, _) = _g.StableWithOne("one");
        _g.Commit(new(1, member, "one"), Zero, 5, "meta");
        _g.CommitTransactional(new(1, member, "one"), 9, One, 7);

        _g.Group = _g.Replay();

        Assert.Equal(ErrorCode.None, _g.Heartbeat(member, 1, "one"));
        Assert.Equal([1], _g.Syncs[_g.Sync(member, 1, instance: "one")].Assignment);
        Assert.Equal(5, _g.Fetch(Zero).Offset);
        Assert.Equal(ErrorCode.UnstableOffsetCommit, _g.Fetch(One, stable: true).Error);
        _g.Group.CompleteTransaction(9, committed: true);
        Assert.Equal(7, _g.Fetch(One, stable: true).Offset);
    }
}

using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Coordination;

public sealed class GroupJoinTests
{
    private readonly GroupDriver _g = new();

    [Fact]
    public void A_newcomer_is_told_its_member_id_first()
    {
        var told = _g.Joins[_g.Join(memberIdRequired: true)];
        Assert.Equal(ErrorCode.MemberIdRequired, told.Error);
        Assert.Equal(-1, told.Generation);
        Assert.Equal(GroupState.Empty, _g.Group.State);

        var joined = _g.Joins[_g.Join(told.MemberId, memberIdRequired: true)];
        Assert.Equal(ErrorCode.None, joined.Error);
        Assert.Equal(1, joined.Generation);
        Assert.Equal(told.MemberId, joined.Leader);
        Assert.Equal("range", joined.ProtocolName);
        Assert.Equal(told.MemberId, Assert.Single(joined.Members).MemberId);
    }

    [Fact]
    public void A_newcomer_that_never_comes_back_holds_nobody_up_beyond_its_session()
    {
        var (first, _) = _g.StableWithOne();
        _g.Join(memberIdRequired: true, session: 5_000);
        var again = _g.Join(first, protocols: GroupDriver.Range(2));
        Assert.False(_g.Joins.ContainsKey(again));

        _g.Wait(5_000);

        Assert.Equal(2, _g.Joins[again].Generation);
    }

    [Fact]
    public void The_first_generation_waits_for_others_as_long_as_they_keep_coming()
    {
        var g = new GroupDriver(new GroupLimits { InitialRebalanceDelayMs = 100 });
        var first = g.Join();
        g.Wait(60);
        var second = g.Join();
        g.Wait(60);
        Assert.Empty(g.Joins);

        g.Wait(100);

        Assert.Equal(2, g.Joins[first].Members.Count);
        Assert.Empty(g.Joins[second].Members);
        Assert.Equal(1, g.Joins[second].Generation);
    }

    [Fact]
    public void A_second_member_calls_the_first_to_join_again()
    {
        var (first, _) = _g.StableWithOne();
        var second = _g.Join();
        Assert.Equal(ErrorCode.RebalanceInProgress, _g.Heartbeat(first, 1));
        Assert.False(_g.Joins.ContainsKey(second));

        var again = _g.Join(first);

        Assert.Equal(2, _g.Joins[again].Generation);
        Assert.Equal(first, _g.Joins[second].Leader);
        Assert.Equal(2, _g.Joins[again].Members.Count);
        Assert.Empty(_g.Joins[second].Members);
    }

    [Fact]
    public void The_leaders_assignment_reaches_those_who_asked_before_and_after()
    {
        var (first, _) = _g.StableWithOne();
        var second = _g.Join();
        _g.Join(first);
        var other = _g.Joins[second].MemberId;
        var early = _g.Sync(other, 2);
        Assert.False(_g.Syncs.ContainsKey(early));

        var leader = _g.Sync(first, 2, new() { [first] = [10], [other] = [20] });

        Assert.Equal([20], _g.Syncs[early].Assignment);
        Assert.Equal([10], _g.Syncs[leader].Assignment);
        Assert.Equal([20], _g.Syncs[_g.Sync(other, 2)].Assignment);
        Assert.Equal(ErrorCode.None, _g.Heartbeat(other, 2));
    }

    [Fact]
    public void Who_does_not_join_again_is_dropped_after_the_rebalance_timeout()
    {
        var (first, _) = _g.StableWithOne();
        var second = _g.Join(rebalance: 4_000, session: 30_000);
        for (var i = 0; i < 7; i++)
        {
            _g.Wait(9_000);
            _g.Heartbeat(first, 1);
        }

        Assert.Equal(2, _g.Joins[second].Generation);
        Assert.Single(_g.Joins[second].Members);
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Heartbeat(first, 1));
    }

    [Fact]
    public void Silence_longer_than_the_session_ends_a_member()
    {
        var (member, generation) = _g.StableWithOne();
        _g.Wait(9_999);
        Assert.Equal(ErrorCode.None, _g.Heartbeat(member, generation));

        _g.Wait(10_000);

        Assert.Equal(GroupState.Empty, _g.Group.State);
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Heartbeat(member, generation));
        var image = Assert.IsType<GroupImageRecord>(_g.Log[^1].Record).Image!;
        Assert.Equal(2, image.Generation);
        Assert.Empty(image.Members);
        Assert.Null(image.Leader);
    }

    [Fact]
    public void Waiting_for_a_rebalance_does_not_end_a_session()
    {
        var (first, _) = _g.StableWithOne();
        _g.Join();
        for (var i = 0; i < 3; i++)
        {
            _g.Wait(9_000);
            Assert.Equal(ErrorCode.RebalanceInProgress, _g.Heartbeat(first, 1));
        }

        _g.Join(first);

        Assert.Equal(GroupState.CompletingRebalance, _g.Group.State);
        Assert.Equal(2, _g.Group.Describe().Members.Count);
    }

    [Fact]
    public void A_leader_that_joins_a_stable_group_forces_a_rebalance_and_a_follower_does_not()
    {
        var (first, _) = _g.StableWithOne();
        var second = _g.Join();
        _g.Join(first);
        var other = _g.Joins[second].MemberId;
        _g.Sync(other, 2);
        _g.Sync(first, 2, new() { [first] = [1], [other] = [2] });

        Assert.Equal(2, _g.Joins[_g.Join(other)].Generation);
        Assert.Equal(GroupState.Stable, _g.Group.State);

        _g.Join(first);
        Assert.Equal(GroupState.PreparingRebalance, _g.Group.State);
    }

    [Fact]
    public void The_protocol_that_most_like_best_among_the_common_ones_is_chosen()
    {
        GroupProtocol A(byte b) => new("a", [b]);
        GroupProtocol B(byte b) => new("b", [b]);
        GroupProtocol C(byte b) => new("c", [b]);
        var g = new GroupDriver(new GroupLimits { InitialRebalanceDelayMs = 10 });
        g.Join(protocols: [C(1), A(1), B(1)]);
        g.Join(protocols: [A(2), B(2)]);
        var third = g.Join(protocols: [B(3), A(3)]);
        g.Wait(50);

        Assert.Equal("a", g.Joins[third].ProtocolName);
        var leader = g.Joins.Values.Single(j => j.Members.Count > 0);
        Assert.Equal([1, 2, 3], leader.Members.Select(m => (int)m.Metadata[0]));
    }

    [Fact]
    public void Protocols_in_common_are_required()
    {
        _g.StableWithOne();
        Assert.Equal(
            ErrorCode.InconsistentGroupProtocol,
            _g.Joins[_g.Join(protocols: [new GroupProtocol("sticky", [])])].Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, _g.Joins[_g.Join(type: "connect")].Error);
    }

    [Fact]
    public void A_full_group_takes_nobody_in()
    {
        var g = new GroupDriver(new GroupLimits { MaxSize = 1, InitialRebalanceDelayMs = 0 });
        g.StableWithOne();
        Assert.Equal(ErrorCode.GroupMaxSizeReached, g.Joins[g.Join()].Error);
    }

    [Fact]
    public void Members_that_never_fetch_their_assignment_are_dropped()
    {
        var (first, _) = _g.StableWithOne();
        var second = _g.Join(rebalance: 60_000, session: 300_000);
        _g.Join(first, session: 300_000);
        _g.Sync(first, 2, new() { [first] = [1], [_g.Joins[second].MemberId] = [2] });
        Assert.Equal(GroupState.Stable, _g.Group.State);

        _g.Wait(60_000);

        Assert.Equal(GroupState.PreparingRebalance, _g.Group.State);
        Assert.Equal(first, Assert.Single(_g.Group.Describe().Members).MemberId);
    }

    [Fact]
    public void A_rebalance_interrupts_those_who_wait_for_their_assignment()
    {
        var (first, _) = _g.StableWithOne();
        var second = _g.Join();
        _g.Join(first);
        var waiting = _g.Sync(_g.Joins[second].MemberId, 2);

        _g.Join();

        Assert.Equal(ErrorCode.RebalanceInProgress, _g.Syncs[waiting].Error);
        Assert.Equal(GroupState.PreparingRebalance, _g.Group.State);
    }

    [Fact]
    public void Sync_is_refused_for_wrong_generation_member_and_protocol()
    {
        var (member, _) = _g.StableWithOne();
        Assert.Equal(ErrorCode.IllegalGeneration, _g.Syncs[_g.Sync(member, 7)].Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Syncs[_g.Sync("other", 1)].Error);
        Assert.Equal(ErrorCode.InconsistentGroupProtocol, _g.Syncs[_g.Sync(member, 1, protocol: "sticky")].Error);
        Assert.Equal([1], _g.Syncs[_g.Sync(member, 1)].Assignment);
    }

    [Fact]
    public void Leaving_starts_a_rebalance_at_once()
    {
        var (first, _) = _g.StableWithOne();
        var second = _g.Join();
        _g.Join(first);
        var other = _g.Joins[second].MemberId;
        _g.Sync(first, 2, new() { [first] = [1], [other] = [2] });

        Assert.Equal(ErrorCode.None, _g.Leave(other));
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Leave(other));
        Assert.Equal(ErrorCode.RebalanceInProgress, _g.Heartbeat(first, 2));
    }

    [Fact]
    public void A_member_that_left_while_its_join_waits_is_answered()
    {
        var (first, _) = _g.StableWithOne();
        var waiting = _g.Join();
        var newcomer = _g.Group.Describe().Members.Single(m => m.MemberId != first).MemberId;

        _g.Leave(newcomer);

        Assert.Equal(ErrorCode.UnknownMemberId, _g.Joins[waiting].Error);
    }
}

using MedStreams.Broker.Coordination;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Tests.Coordination;

public sealed class GroupStaticMemberTests
{
    private readonly GroupDriver _g = new();

    [Fact]
    public void Who_was_told_a_member_id_cannot_come_back_as_an_instance_that_is_there()
    {
        var (member, generation) = _g.StableWithOne("i");
        var told = _g.Joins[_g.Join(memberIdRequired: true)];
        Assert.Equal(ErrorCode.MemberIdRequired, told.Error);
        Assert.Equal(ErrorCode.UnknownServerError, _g.Joins[_g.Join(told.MemberId, "i")].Error);
        Assert.Equal(ErrorCode.UnknownServerError, _g.Joins[_g.Join(told.MemberId, "another")].Error);
        Assert.Equal(ErrorCode.None, _g.Heartbeat(member, generation, "i"));
    }

    [Fact]
    public void A_restart_keeps_place_generation_and_assignment()
    {
        var (old, _) = _g.StableWithOne("one");

        var back = _g.Joins[_g.Join(instance: "one")];

        Assert.Equal(ErrorCode.None, back.Error);
        Assert.Equal(1, back.Generation);
        Assert.NotEqual(old, back.MemberId);
        Assert.Equal(old, back.Leader);
        Assert.Empty(back.Members);
        Assert.Equal([1], _g.Syncs[_g.Sync(back.MemberId, 1, instance: "one")].Assignment);
        Assert.Equal(ErrorCode.FencedInstanceId, _g.Heartbeat(old, 1, "one"));
        Assert.Equal(ErrorCode.None, _g.Heartbeat(back.MemberId, 1, "one"));
        var image = Assert.IsType<GroupImageRecord>(_g.Log[^1].Record).Image!;
        Assert.Equal(back.MemberId, image.Leader);
        Assert.Equal(back.MemberId, Assert.Single(image.Members).MemberId);
    }

    [Fact]
    public void A_leader_that_understands_it_leads_on_without_assigning()
    {
        _g.StableWithOne("one");
        var back = _g.Joins[_g.Join(instance: "one", canSkip: true)];
        Assert.True(back.SkipAssignment);
        Assert.Equal(back.MemberId, back.Leader);
        Assert.Single(back.Members);
    }

    [Fact]
    public void An_absence_shorter_than_the_session_goes_unnoticed()
    {
        var (old, _) = _g.StableWithOne("one");
        _g.Wait(9_000);
        var back = _g.Joins[_g.Join(instance: "one")].MemberId;
        _g.Wait(9_000);
        Assert.Equal(ErrorCode.None, _g.Heartbeat(back, 1, "one"));
        Assert.Equal(ErrorCode.FencedInstanceId, _g.Syncs[_g.Sync(old, 1, instance: "one")].Error);
    }

    [Fact]
    public void The_session_ends_a_static_member_that_stays_away()
    {
        _g.StableWithOne("one");
        _g.Wait(10_000);
        Assert.Equal(GroupState.Empty, _g.Group.State);
    }

    [Fact]
    public void A_twin_fences_the_join_that_waits()
    {
        var (first, _) = _g.StableWithOne();
        var waiting = _g.Join(instance: "one");
        var twin = _g.Join(instance: "one");
        Assert.Equal(ErrorCode.FencedInstanceId, _g.Joins[waiting].Error);

        _g.Join(first);

        Assert.Equal(ErrorCode.None, _g.Joins[twin].Error);
        Assert.Equal(2, _g.Group.Describe().Members.Count);
    }

    [Fact]
    public void A_member_whose_new_id_was_not_written_before_the_broker_died_joins_anew_and_is_not_fenced()
    {
        var (old, _) = _g.StableWithOne("one");
        var other = _g.Join(instance: "two");
        var back = _g.Join(instance: "one");
        var (newId, generation) = (_g.Joins[back].MemberId, _g.Joins[back].Generation);
        Assert.NotEqual(old, newId);
        Assert.Equal(ErrorCode.None, _g.Joins[other].Error);

        _g.Group = _g.Replay(); // knows "one" by its old id
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Syncs[_g.Sync(newId, generation, instance: "one")].Error);
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Heartbeat(newId, generation, "one"));
        var again = _g.Joins[_g.Join(instance: "one")];
        Assert.Equal(ErrorCode.None, again.Error);

        Assert.Equal(ErrorCode.FencedInstanceId, _g.Heartbeat(newId, generation, "one"));
        Assert.Equal(ErrorCode.FencedInstanceId, _g.Heartbeat(old, 1, "one"));
        Assert.Equal(ErrorCode.None, _g.Heartbeat(again.MemberId, 1, "one"));
    }

    [Fact]
    public void After_a_restart_of_the_broker_a_static_member_that_has_spoken_fences_others_again()
    {
        var (member, _) = _g.StableWithOne("one");
        _g.Group = _g.Replay();
        Assert.Equal(ErrorCode.None, _g.Heartbeat(member, 1, "one"));
        Assert.Equal(ErrorCode.FencedInstanceId, _g.Heartbeat("somebody", 1, "one"));
    }

    [Fact]
    public void A_static_member_that_has_forgotten_its_id_is_no_older_instance()
    {
        _g.StableWithOne("one");
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Heartbeat("", 1, "one"));
        Assert.Equal(ErrorCode.FencedInstanceId, _g.Heartbeat("somebody", 1, "one"));
    }

    [Fact]
    public void A_restart_between_join_and_assignment_starts_the_rebalance_again()
    {
        var member = _g.JoinAlone("one");
        var back = _g.Join(instance: "one");
        Assert.Equal(2, _g.Joins[back].Generation);
        Assert.NotEqual(member, _g.Joins[back].MemberId);
        Assert.Single(_g.Joins[back].Members);
    }

    [Fact]
    public void A_rebalance_does_not_drop_a_static_member_that_is_away()
    {
        var (one, _) = _g.StableWithOne("one");
        var second = _g.Join(rebalance: 5_000, session: 120_000);
        _g.Wait(5_000);
        _g.Heartbeat(one, 1, "one");
        for (var i = 0; i < 6; i++)
        {
            _g.Wait(9_500);
            _g.Heartbeat(one, 1, "one");
        }

        Assert.Equal(2, _g.Joins[second].Members.Count);
    }

    [Fact]
    public void An_administrator_removes_a_static_member_by_its_name()
    {
        var (old, _) = _g.StableWithOne("one");
        var back = _g.Joins[_g.Join(instance: "one")].MemberId;
        Assert.Equal(ErrorCode.FencedInstanceId, _g.Leave(old, "one"));
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Leave("", "two"));
        Assert.Equal(ErrorCode.None, _g.Leave("", "one"));
        Assert.Equal(ErrorCode.UnknownMemberId, _g.Heartbeat(back, 1, "one"));
        Assert.Equal(GroupState.Empty, _g.Group.State);
    }

    [Fact]
    public void A_changed_choice_of_protocol_rebalances()
    {
        GroupProtocol range = new("range", [1]);
        GroupProtocol sticky = new("sticky", [2]);
        var member = _g.Joins[_g.Join(instance: "one", protocols: [range, sticky])].MemberId;
        _g.Sync(member, 1, new() { [member] = [1] });

        var back = _g.Joins[_g.Join(instance: "one", protocols: [sticky, range])];

        Assert.Equal(2, back.Generation);
        Assert.Equal("sticky", back.ProtocolName);
    }
}

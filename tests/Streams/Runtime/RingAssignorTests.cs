using MedStreams.Streams.Runtime;

namespace MedStreams.Streams.Tests.Runtime;

public sealed class RingAssignorTests
{
    private static readonly TaskId[] Tasks =
        [.. from subtopology in Enumerable.Range(0, 3) from partition in Enumerable.Range(0, 16) select new TaskId(subtopology, partition)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(60)]
    public void Every_task_has_exactly_one_owner_and_nobody_has_more_than_a_fair_share(int instances)
    {
        var assignment = RingAssignor.Assign(Tasks, Members(instances));

        Assert.Equal(Tasks, assignment.Values.SelectMany(t => t).Order());
        Assert.All(assignment.Values, own => Assert.True(own.Count <= (Tasks.Length + instances - 1) / instances));
    }

    [Fact]
    public void The_answer_does_not_depend_on_the_order_of_members_or_tasks()
    {
        var members = Members(5);
        var one = RingAssignor.Assign(Tasks, members);
        var other = RingAssignor.Assign(Tasks.Reverse(), Enumerable.Reverse(members));

        Assert.All(members, m => Assert.Equal(one[m], other[m]));
    }

    [Fact]
    public void A_member_that_joins_moves_few_tasks()
    {
        var before = Owners(RingAssignor.Assign(Tasks, Members(7)));
        var after = Owners(RingAssignor.Assign(Tasks, Members(8)));

        var moved = Tasks.Count(t => before[t] != after[t]);
        var least = Tasks.Length / 8;
        Assert.InRange(moved, least, 3 * least);
    }

    [Fact]
    public void Threads_of_an_instance_share_its_tasks_evenly()
    {
        MemberIdentity[] members = [new("a", 1), new("a", 2), new("a", 3), new("b", 1)];
        var assignment = RingAssignor.Assign(Tasks, members);

        Assert.Equal(12, assignment[new MemberIdentity("b", 1)].Count);
        Assert.All(members[..3], m => Assert.Equal(12, assignment[m].Count));
    }

    [Fact]
    public void A_dead_twin_that_is_still_in_the_group_takes_nothing_away()
    {
        MemberIdentity[] once = [new("a", 1), new("b", 1)];
        var assignment = RingAssignor.Assign(Tasks, [.. once, new("a", 1)]);

        Assert.Equal(RingAssignor.Assign(Tasks, once)[once[0]], assignment[once[0]]);
    }

    [Fact]
    public void An_identity_survives_the_client_id()
    {
        var identity = new MemberIdentity("ward 3&7?", 2, "10.0.0.1:8080");

        Assert.Equal(identity, MemberIdentity.Parse(identity.ToClientId("app")));
        Assert.Null(MemberIdentity.Parse("rdkafka"));
    }

    private static MemberIdentity[] Members(int instances) =>
        [.. Enumerable.Range(0, instances).Select(i => new MemberIdentity($"instance-{i}", 1))];

    private static Dictionary<TaskId, MemberIdentity> Owners(
        IReadOnlyDictionary<MemberIdentity, IReadOnlyList<TaskId>> assignment) =>
        assignment.SelectMany(a => a.Value.Select(t => (Task: t, Member: a.Key))).ToDictionary(p => p.Task, p => p.Member);
}

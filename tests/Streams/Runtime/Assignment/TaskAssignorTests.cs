using FsCheck;
using FsCheck.Fluent;
using MedStreams.Streams.Runtime;

namespace MedStreams.Streams.Tests.Runtime.Assignment;

public sealed class TaskAssignorTests
{
    private static readonly TaskId[] Tasks = TasksOf(16, 16, 16);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(60)]
    public void Every_task_has_exactly_one_owner_and_nobody_has_more_than_a_fair_share(int instances)
    {
        var assignment = Assign(Tasks, Members(instances));

        Assert.Equal(Tasks, assignment.Members.Values.SelectMany(t => t.Active).Order());
        Assert.All(assignment.Members.Values, m => Assert.InRange(
            m.Active.Count, Tasks.Length / instances, (Tasks.Length + instances - 1) / instances));
    }

    [Fact]
    public void The_answer_does_not_depend_on_the_order_of_members_or_tasks()
    {
        var members = Members(5);
        var one = Assign(Tasks, members);
        var other = Assign([.. Tasks.Reverse()], [.. Enumerable.Reverse(members)]);

        Assert.All(members, m => Assert.Equal(one.Members[m.Identity.Name].Active, other.Members[m.Identity.Name].Active));
        Assert.Equal(one.Targets.OrderBy(t => t.Key), other.Targets.OrderBy(t => t.Key));
    }

    [Fact]
    public void Each_subtopology_is_spread_too()
    {
        var assignment = Assign(Tasks, Members(8));

        Assert.All(
            assignment.Members.Values.SelectMany(m => m.Active.CountBy(t => t.Subtopology)), c => Assert.Equal(2, c.Value));
    }

    [Fact]
    public void Threads_of_an_instance_share_its_tasks_evenly_and_more_threads_get_more()
    {
        GroupMember[] members = [Member("a", 1), Member("a", 2), Member("a", 3), Member("b", 1)];
        var assignment = Assign(Tasks, members);

        Assert.All(assignment.Members.Values, m => Assert.Equal(12, m.Active.Count));
    }

    [Fact]
    public void A_dead_twin_that_is_still_in_the_group_takes_nothing_away()
    {
        GroupMember[] members =
        [
            new("dead", new MemberIdentity("a", 1, Started: 1)), Member("b", 1), new("alive", new MemberIdentity("a", 1, Started: 2)),
        ];

        Assert.Equal(["alive", "b-1"], GroupMember.Living(members).Select(m => m.MemberId));
        Assert.Equal(24, Assign(Tasks, members).Members[new("a", 1)].Active.Count);
    }

    [Fact]
    public void Tasks_that_come_and_go_with_a_topology_leave_the_others_where_they_are()
    {
        var before = Assign(TasksOf(8, 8), Members(4));
        var after = TaskAssignor.Assign(new AssignmentInput { Tasks = TasksOf(8, 12), Members = Members(4), Previous = before });

        Assert.All(before.Targets, t => Assert.Equal(t.Value, after.Targets[t.Key]));
        Assert.All(after.Members.Values, m => Assert.Equal(5, m.Active.Count));
    }

    [Fact]
    public void Eight_members_come_and_go_in_any_order_and_no_change_moves_more_than_it_must()
    {
        foreach (var seed in Enumerable.Range(1, 20))
        {
            var random = new Random(seed);
            var group = new GroupSimulation(Tasks, new AssignmentSettings());
            var (moved, fewest) = (0, 0);
            foreach (var _ in Enumerable.Range(0, 60))
            {
                Change(group, random);
                Assert.True(group.Moved <= group.Minimum * 1.25, $"seed {seed}: {group.Moved} moved, {group.Minimum} had to");
                Assert.All(group.Instances, i => Assert.InRange(
                    group.LoadOf(i), Tasks.Length / group.Instances.Count, (Tasks.Length + group.Instances.Count - 1) / group.Instances.Count));
                (moved, fewest) = (moved + group.Moved, fewest + group.Minimum);
            }

            Assert.True(moved >= fewest);
        }
    }

    [Fact]
    public void Subtopologies_stay_spread_whatever_happened()
    {
        var random = new Random(7);
        var group = new GroupSimulation(Tasks, new AssignmentSettings());
        var worst = 0;
        for (var change = 0; change < 500; change++)
        {
            Change(group, random);
            var share = (int)Math.Ceiling(16.0 / group.Instances.Count);
            worst = Math.Max(worst, group.Members.Values.Max(m => m.Active.CountBy(t => t.Subtopology).Max(c => c.Value)) - share);
        }

        Assert.InRange(worst, 0, 2);
    }

    [Fact]
    public void With_a_standby_nobody_replays_when_one_instance_goes_away()
    {
        var random = new Random(11);
        var group = new GroupSimulation(Tasks, new AssignmentSettings { StandbyReplicas = 1 });
        foreach (var instance in Enumerable.Range(0, 8))
            group.Join($"instance-{instance}");
        for (var change = 0; change < 200; change++)
        {
            Change(group, random);
            Assert.Equal(0, group.Replayed);
            AssertStandbys(group, 1);
        }
    }

    [Fact]
    public void Without_standbys_a_newcomer_warms_up_before_it_takes_over()
    {
        var group = new GroupSimulation(Tasks, new AssignmentSettings { MaxWarmupReplicas = 4 });
        foreach (var instance in Enumerable.Range(0, 4))
            group.Join($"instance-{instance}");

        group.Join("new");

        Assert.Equal(0, group.Replayed);
        Assert.InRange(group.LoadOf("new"), 9, 10);
        Assert.InRange(group.Rounds, 3, 4); // nine or ten tasks, four at a time, and the last look
    }

    [Fact]
    public void An_instance_that_comes_back_catches_up_and_gets_back_as_many_tasks_as_it_had()
    {
        var group = new GroupSimulation(Tasks, new AssignmentSettings { StandbyReplicas = 1 });
        foreach (var instance in Enumerable.Range(0, 3))
            group.Join($"instance-{instance}");
        group.Leave("instance-1");
        Assert.Equal(24, group.LoadOf("instance-0"));

        group.Join("instance-1");

        Assert.Equal((16, 0L), (group.LoadOf("instance-1"), group.Replayed));
    }

    [Fact]
    public void Small_and_stateless_tasks_move_at_once()
    {
        var settings = new AssignmentSettings();
        var before = Assign(Tasks, Members(3));
        var small = Tasks.ToDictionary(t => t, _ => new TaskProgress(0, settings.AcceptableRecoveryLag));
        var input = new AssignmentInput
        {
            Tasks = Tasks,
            Stateful = Tasks.Take(24).ToHashSet(),
            Members = Members(4),
            Previous = before,
            Progress = new Dictionary<string, IReadOnlyDictionary<TaskId, TaskProgress>> { ["instance-0"] = small },
        };

        Assert.False(TaskAssignor.Assign(input).IsUnsettled);
    }

    [Fact]
    public void Where_nobody_is_near_whoever_has_most_of_the_state_takes_the_task()
    {
        var task = new TaskId(0, 0);
        var progress = new Dictionary<string, IReadOnlyDictionary<TaskId, TaskProgress>>
        {
            ["instance-0"] = new Dictionary<TaskId, TaskProgress> { [task] = new(800_000, 1_000_000) },
            ["instance-2"] = new Dictionary<TaskId, TaskProgress> { [task] = new(20_000, 1_000_000) },
        };
        var assignment = TaskAssignor.Assign(new AssignmentInput
        {
            Tasks = [task],
            Stateful = new HashSet<TaskId> { task },
            Members = Members(4),
            Progress = progress,
        });

        Assert.Equal([task], assignment.Members[new("instance-2", 1)].Active);
    }

    [Fact]
    public void Standbys_go_to_other_racks_first_then_to_other_hosts()
    {
        GroupMember[] members =
        [
            .. Enumerable.Range(0, 6).Select(i => new GroupMember(
                $"id-{i}",
                new MemberIdentity($"instance-{i}", 1, "", MemberIdentity.FormatTags([new("zone", $"z{i % 3}")])),
                $"host-{i / 2}")),
        ];
        var assignment = TaskAssignor.Assign(new AssignmentInput
        {
            Tasks = Tasks,
            Stateful = Tasks.ToHashSet(),
            Members = members,
            Settings = new AssignmentSettings { StandbyReplicas = 2, RackTags = ["zone"] },
        });

        Assert.All(Tasks, task =>
        {
            var copies = members.Where(m => assignment.Members[m.Identity.Name] is var tasks
                && (tasks.Active.Contains(task) || tasks.Standby.Contains(task))).ToList();
            Assert.Equal(3, copies.Count);
            Assert.Equal(3, copies.Select(c => c.Identity.Tags).Distinct().Count());
        });
    }

    [Fact]
    public void Any_group_gets_an_assignment_that_is_whole_balanced_and_moves_little()
    {
        var changes = Gen.Choose(0, 1_000_000).ListOf().Where(l => l.Count > 0);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(150), Prop.ForAll(Arb.From(changes), script =>
        {
            var random = new Random(script[0]);
            var tasks = TasksOf(random.Next(1, 12), random.Next(0, 9), random.Next(0, 5));
            var settings = new AssignmentSettings
            {
                StandbyReplicas = random.Next(0, 3),
                MaxWarmupReplicas = random.Next(1, 4),
            };
            var group = new GroupSimulation(tasks, settings, stateful: random.Next(4) > 0);
            foreach (var step in script)
            {
                Change(group, new Random(step), mostThreads: 3);
                Assert.Equal(tasks, group.Members.Values.SelectMany(m => m.Active).Order());
                Assert.InRange(group.Moved, group.Minimum, group.Minimum * 5 / 4);
                Assert.All(group.Members.Values, m => Assert.Empty(m.Warmup));
            }
        }));
    }

    [Fact]
    public void An_identity_survives_the_client_id()
    {
        var identity = new MemberIdentity(
            "ward 3&7?", 2, "10.0.0.1:8080", MemberIdentity.FormatTags([new("zone", "a:b,c&d"), new("rack", "")]), Started: 17);

        Assert.Equal(identity, MemberIdentity.Parse(identity.ToClientId("app")));
        Assert.Equal("a:b,c&d", identity.ReadTags()["zone"]);
        Assert.Null(MemberIdentity.Parse("rdkafka"));
    }

    private static void AssertStandbys(GroupSimulation group, int copies)
    {
        var expected = Math.Min(copies, group.Instances.Count - 1);
        foreach (var task in Tasks)
        {
            var followers = group.Members.Where(m => m.Value.Standby.Contains(task)).Select(m => m.Key.Instance).ToList();
            Assert.Equal(expected, followers.Count);
            Assert.DoesNotContain(group.OwnerOf(task), followers);
        }
    }

    /// <summary>An instance joins, leaves, or comes back; sometimes with an empty disk.</summary>
    private static void Change(GroupSimulation group, Random random, int mostThreads = 1)
    {
        var all = Enumerable.Range(0, 8).Select(i => $"instance-{i}").ToList();
        var away = all.Except(group.Instances).ToList();
        if (group.Instances.Count <= 1 || (away.Count > 0 && random.Next(2) == 0))
            group.Join(away[random.Next(away.Count)], random.Next(1, mostThreads + 1));
        else
        {
            var victim = group.Instances.ElementAt(random.Next(group.Instances.Count));
            group.Leave(victim);
            if (random.Next(3) == 0)
                group.LoseDisk(victim);
        }
    }

    private static TaskId[] TasksOf(params int[] partitions) =>
        [.. partitions.SelectMany((count, s) => Enumerable.Range(0, count).Select(p => new TaskId(s, p)))];

    private static GroupMember Member(string instance, int thread) =>
        new($"{instance}-{thread}", new MemberIdentity(instance, thread));

    private static GroupMember[] Members(int instances) =>
        [.. Enumerable.Range(0, instances).Select(i => Member($"instance-{i}", 1))];

    private static GroupAssignment Assign(TaskId[] tasks, GroupMember[] members) =>
        TaskAssignor.Assign(new AssignmentInput { Tasks = tasks, Members = members });
}

using System.Collections.Immutable;
using MedStreams.Topologies.RangeStatistics;

namespace MedStreams.Topologies.Tests.RangeStatistics;

public sealed class RangeMachineTests
{
    [Fact]
    public void S1_1_an_update_is_complete_with_an_entry_the_flag_and_values_that_differ()
    {
        var machine = Agreed();

        Assert.Equal(RangeRefusal.UnknownModule, Report(machine, "X", 2, 5));
        machine.Report(new("A", 2, UpdateFlag.NotUpdated, Values(5)));
        Assert.Equal(["A", "B", "C"], machine.Result().Pending);
        Report(machine, "A", 2, 1);
        Assert.Equal(["A", "B", "C"], machine.Result().Pending);
        Report(machine, "A", 2, 5);
        Assert.Equal(["A"], machine.Result().Updated);
    }

    [Fact]
    public void S1_2_values_are_held_back_while_another_module_has_neither_completed_nor_failed()
    {
        var machine = Agreed();

        Report(machine, "A", 2, 100);
        Report(machine, "B", 2, 200);

        Assert.Equal(6, machine.Result().Consistent["n"]);
        Assert.Equal(303, machine.Result().Latest["n"]);
        Assert.Equal(1, machine.Record.Round);
        Assert.Equal(Values(100), machine.Backup.Modules["A"][2].Values);
        Assert.Equal(Values(1), machine.Record.Modules["A"].Values);
    }

    [Fact]
    public void S1_3_the_last_one_that_completes_flips_all_in_one_step_and_clears_the_backups()
    {
        var machine = Agreed();

        Report(machine, "A", 2, 100);
        Report(machine, "B", 2, 200);
        Report(machine, "C", 2, 300);

        Assert.Equal(600, machine.Result().Consistent["n"]);
        Assert.Equal(2, machine.Result().Round);
        Assert.Empty(machine.Backup.Modules);
        Assert.All(machine.Record.Modules.Values, m => Assert.Equal(UpdateFlag.Updated, m.Flag));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void S1_4_a_module_that_fails_keeps_its_values_and_the_others_agree_without_it(bool failsFirst)
    {
        var machine = Agreed();

        if (failsFirst)
            Fail(machine, "B", 2);
        Report(machine, "A", 2, 100);
        Report(machine, "C", 2, 300);
        if (!failsFirst)
            Fail(machine, "B", 2);

        Assert.Equal((100m + 2 + 300, 2L), (machine.Result().Consistent["n"], machine.Result().Round));
        Assert.Empty(machine.Backup.Modules);
        Assert.All(machine.Record.Modules.Values, m => Assert.Equal(UpdateFlag.NotUpdated, m.Flag));
    }

    [Fact]
    public void S1_4_while_a_third_module_is_waited_for_a_failure_holds_back_too()
    {
        var machine = Agreed();

        Report(machine, "A", 2, 100);
        Fail(machine, "B", 2);

        var result = machine.Result();
        Assert.Equal(6, result.Consistent["n"]);
        Assert.Equal(["A"], result.Updated);
        Assert.Equal(["C"], result.Pending);
        Assert.Equal(["B"], result.Failed);
    }

    [Fact]
    public void S1_4_a_failed_module_may_still_complete_the_round_and_a_complete_one_cannot_fail_it()
    {
        var machine = Agreed();

        Fail(machine, "A", 2);
        Report(machine, "A", 2, 100);
        Fail(machine, "A", 2);
        Report(machine, "B", 2, 200);
        Report(machine, "C", 2, 300);

        Assert.Equal(600, machine.Result().Consistent["n"]);
    }

    [Fact]
    public void S1_5_totals_are_by_name_and_a_module_without_a_name_adds_nothing_to_it()
    {
        var machine = Machine("A", "B");
        machine.Report(new("A", 1, UpdateFlag.Updated, Values(1).Add("a", 7)));
        machine.Report(new("B", 1, UpdateFlag.Updated, Values(2)));

        Assert.Equal([new("a", 7), new("n", 3)], machine.Result().Consistent);
    }

    [Fact]
    public void S1_6_a_range_with_one_module_flips_at_once()
    {
        var machine = Machine("A");

        Report(machine, "A", 1, 5);

        Assert.Equal((1L, 5m), (machine.Result().Round, machine.Result().Consistent["n"]));
    }

    [Fact]
    public void S1_6_duplicates_and_older_rounds_change_nothing()
    {
        var machine = Agreed();
        Report(machine, "A", 2, 100);
        var (record, backup) = (machine.Record, machine.Backup);

        Report(machine, "A", 2, 100);
        Report(machine, "A", 1, 55);
        Report(machine, "B", 0, 55);

        Assert.Same(record, machine.Record);
        Assert.Same(backup, machine.Backup);
    }

    [Fact]
    public void S1_6_a_module_that_leaves_is_waited_for_no_more_and_one_that_joins_is()
    {
        var machine = Agreed();
        Report(machine, "A", 2, 100);
        Report(machine, "B", 2, 200);

        machine.Membership(new("C", MembershipChange.Leave));
        Assert.Equal((2L, 300m), (machine.Result().Round, machine.Result().Consistent["n"]));

        machine.Membership(new("D", MembershipChange.Join));
        Report(machine, "A", 3, 101);
        Report(machine, "B", 3, 201);
        Assert.Equal(["D"], machine.Result().Pending);
        Report(machine, "D", 3, 401);
        Assert.Equal((3L, 703m), (machine.Result().Round, machine.Result().Consistent["n"]));
    }

    [Fact]
    public void A_module_that_is_a_round_ahead_does_not_mix_its_rounds()
    {
        var machine = Agreed();
        foreach (var module in new[] { "A", "B" })
        {
            Report(machine, module, 2, 20);
            Report(machine, module, 3, 30);
        }

        Report(machine, "C", 2, 21);
        Assert.Equal((2L, 61m), (machine.Result().Round, machine.Result().Consistent["n"]));
        Report(machine, "C", 3, 31);
        Assert.Equal((3L, 91m), (machine.Result().Round, machine.Result().Consistent["n"]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Any_interleaving_ends_as_in_the_sequential_model_and_consistent_totals_are_of_one_round(int seed)
    {
        var random = new Random(seed);
        var (machine, model) = (new RangeMachine(RangeRecord.Empty, RangeBackup.Empty), new RangeModel());
        for (var step = 0; step < 5_000; step++)
        {
            var module = $"M{random.Next(4)}";
            if (random.Next(40) == 0)
            {
                var change = new MembershipEvent(module, random.Next(3) == 0 ? MembershipChange.Leave : MembershipChange.Join);
                Assert.Equal(model.Membership(change), machine.Membership(change));
            }
            else
            {
                var round = Math.Max(0, machine.Record.Round + random.Next(-1, 4));
                var report = new ModuleReport(
                    module,
                    round,
                    (UpdateFlag)random.Next(3),
                    Values((round * 10) + random.Next(2)));
                Assert.Equal(model.Report(report), machine.Report(report));
            }

            // As after a crash: all that lasts is the state.
            machine = new(machine.Record, machine.Backup);
            Assert.Equal(model.Agreed(), string.Join(' ', machine.Record.Modules.OrderBy(m => m.Key, StringComparer.Ordinal)
                .Select(m => $"{m.Key}={m.Value.Values.GetValueOrDefault("n", -1)}").Prepend($"{machine.Record.Round}:")));
            model.AssertOneRound(machine.Result());
        }
    }

    private static RangeMachine Machine(params string[] modules)
    {
        var machine = new RangeMachine(RangeRecord.Empty, RangeBackup.Empty);
        foreach (var module in modules)
            machine.Membership(new(module, MembershipChange.Join));
        return machine;
    }

    /// <summary>Three modules that agree on round 1: A has 1, B has 2, C has 3.</summary>
    private static RangeMachine Agreed()
    {
        var machine = Machine("A", "B", "C");
        Report(machine, "A", 1, 1);
        Report(machine, "B", 1, 2);
        Report(machine, "C", 1, 3);
        return machine;
    }

    private static RangeRefusal Report(RangeMachine machine, string module, long round, decimal n) =>
        machine.Report(new(module, round, UpdateFlag.Updated, Values(n)));

    private static void Fail(RangeMachine machine, string module, long round) =>
        machine.Report(new(module, round, UpdateFlag.Errored, Values(0).Clear()));

    private static ImmutableSortedDictionary<string, decimal> Values(decimal n) =>
        ImmutableSortedDictionary<string, decimal>.Empty.Add("n", n);
}

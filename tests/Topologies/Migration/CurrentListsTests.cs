using System.Collections.Immutable;
using MedStreams.Topologies.Migration;
using static MedStreams.Topologies.Tests.Migration.Results;

namespace MedStreams.Topologies.Tests.Migration;

/// <summary>Queues and lists of current tasks: room, order, time limit, place, schedule, throttle, pause.</summary>
public sealed class CurrentListsTests
{
    private static readonly MigrationOptions One = new() { Partitions = 1, ListCapacity = 1 };

    [Fact]
    public void S3_5_a_department_has_no_more_current_tasks_than_its_list_has_room()
    {
        using var driver = new StudiesDriver(One with { ListCapacity = 2 });
        for (var i = 1; i <= 4; i++)
            driver.Send($"ct{i}", i, "CT", time: i);
        driver.Send("mr1", 5, "MR");
        Assert.Equal(["ct1", "ct2", "mr1"], Begun(driver));

        Finish(driver, "ct1");
        Assert.Equal(["ct1", "ct2", "mr1", "ct3"], Begun(driver));
    }

    [Theory]
    [InlineData(TaskOrder.OldestFirst, "first b a c d")]
    [InlineData(TaskOrder.NewestFirst, "first b c a d")]
    [InlineData(TaskOrder.Hierarchy, "first b d c a")]
    public void S3_5_the_next_task_is_the_first_by_the_order_that_is_set_and_priors_go_before_all(TaskOrder order, string expected)
    {
        using var driver = new StudiesDriver(One with { Order = order });
        driver.Send("first", 1, time: 0);
        driver.Send("a", 2, time: -5_000, hierarchy: "P3");
        driver.Send("b", 3, time: 9_000, hierarchy: "P9", priority: 1);
        driver.Send("c", 4, time: 7_000, hierarchy: "P2");
        driver.Send("d", 5, time: null, hierarchy: "P1"); // no date: last by time
        foreach (var study in expected.Split(' '))
            Finish(driver, study);
        Assert.Equal(expected, string.Join(' ', Begun(driver)));
    }

    [Fact]
    public void S3_5_a_task_that_stays_past_its_time_limit_is_dropped_taken_back_and_returns_to_pending()
    {
        using var driver = new StudiesDriver(One with { TimeLimit = TimeSpan.FromMinutes(10) });
        driver.Send("1", 1, time: 1);
        driver.Send("2", 2, time: 2);
        driver.Answer("1", Collected(2, 2));
        driver.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(StepKind.RollBack, driver.Step("1").Kind);
        driver.Answer("1", driver.Steps.Last(s => s.Step.Kind == StepKind.Transfer).Step, Moved(1)); // too late
        driver.Answer("1", StepResult.Done(Amount.None));

        var last = driver.Last("1");
        Assert.Equal((MigrationEventKind.TimedOut, RecordState.Pending), (last.Kind, last.State));
        Assert.Contains("00:10:00", last.Reason, StringComparison.Ordinal);
        Assert.Equal(AlertKind.TimedOut, Assert.Single(driver.Alerts).Kind);
        Assert.Equal(["1", "2"], Begun(driver)); // its place is free

        driver.Send("1", 3, attempt: 1); // fed again: behind, with an attempt of its own
        Finish(driver, "2");
        Assert.Equal((StepKind.Collect, 2), (driver.Step("1").Kind, driver.Step("1").Attempt));
    }

    [Fact]
    public void S3_5_a_task_has_a_time_limit_of_its_own_where_it_says_so_and_waiting_does_not_count()
    {
        using var driver = new StudiesDriver(One);
        driver.Send("1", 1);
        driver.Send("2", new MigrationTask(StudiesDriver.Run, 2, 1, "CT") { TimeLimit = 5_000 });
        driver.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(StudyPhase.Waiting, driver.Phase("2"));
        Finish(driver, "1");
        driver.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(StudyPhase.Collecting, driver.Phase("2"));
        driver.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(StudyPhase.RollingBack, driver.Phase("2"));
    }

    [Fact]
    public void S3_5_a_task_of_another_department_is_removed_from_a_list_it_does_not_belong_to()
    {
        using var driver = new StudiesDriver(One);
        driver.Send("1", 1, "CT");
        driver.Send("waits", 2, "CT");

        driver.Restart(One with { Lists = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create("CT", "Radiology")]) });
        driver.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("Radiology", driver.Studies.Get("waits")!.List); // in no list yet: its queue is another one, and there is room
        Assert.Equal(StudyPhase.Collecting, driver.Phase("waits"));
        Assert.Equal(StepKind.RollBack, driver.Step("1").Kind);
        driver.Answer("1", StepResult.Done(Amount.None));
        Assert.Equal((MigrationEventKind.Misplaced, RecordState.Pending), (driver.Last("1").Kind, driver.Last("1").State));
    }

    [Fact]
    public void S3_5_a_study_whose_department_was_corrected_moves_to_the_other_list()
    {
        using var driver = new StudiesDriver(One);
        driver.Send("1", 1, "CT");
        driver.Send("1", 2, "MR");
        driver.Answer("1", StepResult.Done(Amount.None));
        Assert.Equal((MigrationEventKind.AttemptBegan, "MR", 2, 2), (driver.Last("1").Kind, driver.Last("1").Department, driver.Last("1").Task, driver.Last("1").Attempt));
        Assert.DoesNotContain(driver.Events, e => e.Event.State == RecordState.Pending); // the later task runs already
    }

    [Fact]
    public void S3_5_a_pause_holds_studies_back_and_lets_those_on_their_way_come_to_their_end()
    {
        using var driver = new StudiesDriver(One with { ListCapacity = 2 });
        driver.Send("1", 1);
        driver.Say(new MigrationControl(ControlVerb.Pause, 1) { IsPaused = true });
        driver.Send("2", 2);
        Finish(driver, "1");
        driver.Restart();
        driver.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["1"], Begun(driver));
        Assert.Equal(RecordState.Migrated, driver.Last("1").State);

        driver.Say(new MigrationControl(ControlVerb.Pause, 2) { IsPaused = false });
        driver.Say(new MigrationControl(ControlVerb.Pause, 3) { IsPaused = true, Department = "MR" });
        driver.Advance(TimeSpan.FromSeconds(1));
        driver.Send("3", 3, "MR");
        Assert.Equal(["1", "2"], Begun(driver));
    }

    [Fact]
    public void A_schedule_opens_and_closes_by_weekday_and_hour_in_its_zone()
    {
        var nights = new WeekSchedule("Asia/Shanghai", [new WeekSpan(DayOfWeek.Monday, 22 * 60, 6 * 60)]);
        using var driver = new StudiesDriver(One with { Schedule = nights, LookInterval = TimeSpan.FromMinutes(1) });
        driver.Send("1", 1); // Monday, 20:00 in Shanghai
        driver.Advance(TimeSpan.FromMinutes(119));
        Assert.Empty(Begun(driver));
        driver.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["1"], Begun(driver));

        driver.Advance(TimeSpan.FromHours(7));
        driver.Send("2", 2);
        Finish(driver, "1");
        driver.Advance(TimeSpan.FromMinutes(58));
        Assert.Equal(["1", "2"], Begun(driver)); // still open
        driver.Advance(TimeSpan.FromMinutes(3)); // 06:01 on Tuesday
        driver.Send("3", 3);
        Finish(driver, "2");
        Assert.Equal(["1", "2"], Begun(driver));
        driver.Say(new MigrationControl(ControlVerb.Schedule, 1)); // always
        driver.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(["1", "2", "3"], Begun(driver));
    }

    [Fact]
    public void A_throttle_of_studies_lets_so_many_begin_in_a_minute()
    {
        using var driver = new StudiesDriver(One with { ListCapacity = 1000, Throttle = new Throttle(StudiesPerMinute: 6) });
        for (var i = 0; i < 100; i++)
            driver.Send($"{i}", i + 1);
        driver.Advance(TimeSpan.FromMinutes(5));
        Assert.InRange(Begun(driver).Count, 30, 32);

        driver.Say(new MigrationControl(ControlVerb.Throttle, 1) { Throttle = new Throttle() });
        driver.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(100, Begun(driver).Count);
    }

    [Fact]
    public void A_throttle_of_bytes_makes_batches_wait_until_what_was_stored_is_made_up_for()
    {
        using var driver = new StudiesDriver(One with { BatchesAtOnce = 1, Throttle = new Throttle(BytesPerSecond: 100) });
        driver.Send("1", 1);
        driver.Answer("1", Collected(30, 3));
        driver.Answer("1", Moved(10)); // 1,000 bytes: ten seconds' worth
        var sent = driver.Steps.Count;
        driver.Restart();
        driver.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(sent, driver.Steps.Count);
        driver.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(sent + 1, driver.Steps.Count);
    }

    [Fact]
    public void What_ended_is_forgotten_after_a_while()
    {
        using var driver = new StudiesDriver(One with { Retention = TimeSpan.FromSeconds(10) });
        driver.Send("1", 1);
        Finish(driver, "1");
        Assert.Equal(1, driver.Left(MigrationTopology.TimeStore));
        driver.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(0, driver.Left(MigrationTopology.TimeStore));
    }

    private static List<string> Begun(StudiesDriver driver) =>
        [.. driver.Events.Where(e => e.Event.Kind == MigrationEventKind.Listed).Select(e => e.Study)];

    private static void Finish(StudiesDriver driver, string study)
    {
        driver.Answer(study, Collected(1, 1));
        driver.Answer(study, Moved(1));
        driver.Answer(study, StepResult.Done(Objects(1)));
    }
}

using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Migration;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Sinks.Tests.Migration;

public sealed class FeederTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_3_A_record_without_a_state_is_migrated_where_the_target_has_it_and_pending_where_not()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync();
        await scene.Enumerator(new ListSource([Scene.Exam("1.1"), Scene.Exam("1.2"), Scene.Exam("1.3")])).RunAsync(run.Id, Stop);
        Assert.Equal(new FeedResult(0, FeedEnd.Empty), await scene.Feeder().FeedAsync(run.Id, Stop));
        await scene.CheckAllAsync(run.Id, (exam, _) => ValueTask.FromResult(exam.StudyInstanceUid == "1.2"));
        Assert.Equal(["migrated 1.2", "pending 1.1,1.3"], await scene.StatesAsync());
        Assert.Equal(["1.2"], await scene.Raw.RowsAsync("SELECT study_uid FROM pacs_migration.record WHERE was_there"));
    }

    [Fact]
    public async Task S3_3_A_target_that_cannot_say_leaves_the_record_for_later()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync();
        await scene.Enumerator(new ListSource([Scene.Exam("1.1")])).RunAsync(run.Id, Stop);
        var result = await scene.Checker((_, _) => throw new PacsException("away")).StepAsync(run.Id, Stop);
        Assert.Equal((1, true), result);
        Assert.Equal(["unknown 1.1"], await scene.StatesAsync());
        await scene.CheckAllAsync(run.Id, (_, _) => ValueTask.FromResult(true));
        Assert.Equal(["migrated 1.1"], await scene.StatesAsync());
    }

    [Fact]
    public async Task S3_3_Starting_a_run_turns_failed_into_pending_and_nothing_else()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.PendingAsync([Scene.Exam("1.1"), Scene.Exam("1.2"), Scene.Exam("1.3")]);
        await scene.Feeder(new TaskFeederOptions { Batch = 2 }).FeedAsync(run.Id, Stop);
        await scene.Raw.ExecuteAsync("UPDATE pacs_migration.record SET state = 'failed' WHERE study_uid = '1.1'");
        Assert.Equal(["failed 1.1", "pending 1.3", "running 1.2"], await scene.StatesAsync());
        await scene.StartAsync();
        Assert.Equal(["pending 1.1,1.3", "running 1.2"], await scene.StatesAsync());
    }

    [Theory]
    [InlineData(FeedOrder.Time, "u p1 q2 p3 q4")]
    [InlineData(FeedOrder.NewestFirst, "q4 p3 q2 p1 u")]
    [InlineData(FeedOrder.Hierarchy, "p1 p3 q2 q4 u")]
    [InlineData(FeedOrder.PriorsFirst, "q4 p3 q2 p1 u")]
    public async Task S3_5_Pending_records_enter_the_queue_in_the_order_that_is_set(FeedOrder order, string expected)
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.PendingAsync(
            [Exam("q4", 3), Exam("p1", 0), Exam("u", null), Exam("p3", 2), Exam("q2", 1)], Scene.Options(9) with { Order = order });
        Assert.Equal(new FeedResult(5, FeedEnd.Empty), await scene.Feeder().FeedAsync(run.Id, Stop));
        Assert.Equal(expected, string.Join(' ', await scene.TasksAsync()));

        static ExamRecord Exam(string uid, int? day) => Scene.Exam(uid, day, patient: uid[..1]);
    }

    [Fact]
    public async Task S3_5_Patients_with_an_appointment_go_first()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        await scene.Runs.SetAppointmentsAsync([new Appointment("early")], Stop);
        var run = await scene.PendingAsync(
            [
                Scene.Exam("1", 0, "a"), Scene.Exam("2", 1, "early"), Scene.Exam("3", 2, "late"), Scene.Exam("4", 2, "b"),
                Scene.Exam("5", 3, "b") with { IssuerOfPatientId = "HIS" },
            ],
            Scene.Options(9) with { Order = FeedOrder.PriorsFirst });
        await scene.Runs.SetAppointmentsAsync([new Appointment("early"), new Appointment("late"), new Appointment("late"), new Appointment("b", "HIS")], Stop);
        await scene.Feeder().FeedAsync(run.Id, Stop);
        Assert.Equal(["5", "3", "2", "4", "1"], await scene.TasksAsync());
    }

    [Fact]
    public async Task S3_5_A_full_queue_pauses_the_producer_which_looks_again_after_an_interval()
    {
        var clock = new ManualTime();
        await using var scene = await Scene.OpenAsync(postgres);
        await using var timed = await Scene.ConnectAsync(scene.Raw, clock);
        var run = await scene.PendingAsync([.. Enumerable.Range(0, 5).Select(n => Scene.Exam($"1.{n}"))], Scene.Options() with { Capacity = 2 });
        var feeder = new TaskFeeder(timed, Scene.Payload, new TaskFeederOptions { Interval = TimeSpan.FromSeconds(30) }, NullLogger<TaskFeeder>.Instance);
        Assert.Equal(new FeedResult(2, FeedEnd.Full), await feeder.FeedAsync(run.Id, Stop));
        Assert.Equal(new FeedResult(0, FeedEnd.Full), await feeder.FeedAsync(run.Id, Stop));

        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var running = feeder.RunAsync(run.Id, enough.Token);
        await scene.Raw.ExecuteAsync("UPDATE pacs_migration.record SET state = 'failed' WHERE study_uid = '1.0'");
        await Eventually.Holds(async () =>
        {
            clock.Advance(TimeSpan.FromSeconds(30));
            return (await scene.TasksAsync()).Count == 3;
        });
        Assert.Equal(["failed 1.0", "pending 1.3,1.4", "running 1.1,1.2"], await scene.StatesAsync());
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task S3_5_Several_feeders_put_no_study_in_twice_and_never_exceed_the_capacity()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        await using var other = await Scene.ConnectAsync(scene.Raw);
        var run = await scene.PendingAsync([.. Enumerable.Range(0, 300).Select(n => Scene.Exam($"1.{n}"))], Scene.Options() with { Capacity = 250 });
        var options = new TaskFeederOptions { Batch = 7 };
        await Task.WhenAll(Enumerable.Range(0, 6).Select(n => Task.Run(
            async () =>
            {
                var feeder = new TaskFeeder(n % 2 == 0 ? scene.Database : other, Scene.Payload, options, NullLogger<TaskFeeder>.Instance);
                while ((await feeder.FeedAsync(run.Id, Stop)).End == FeedEnd.More)
                {
                }
            },
            Stop)));
        Assert.Equal(
            ["250 250 250"],
            await scene.Raw.RowsAsync(
                """
                SELECT count(*), count(DISTINCT study_uid), (SELECT count(*) FROM pacs_migration.record WHERE state = 'running') FROM pacs_migration.outbox
                """));
    }

    [Fact]
    public async Task S3_4_A_run_that_is_held_puts_nothing_into_the_queue()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.PendingAsync([Scene.Exam("1.1")]);
        await scene.Runs.SetPausedAsync(run.Id, true, Stop);
        Assert.Equal(new FeedResult(0, FeedEnd.Held), await scene.Feeder().FeedAsync(run.Id, Stop));
        await scene.Runs.SetPausedAsync(run.Id, false, Stop);
        Assert.Equal(new FeedResult(1, FeedEnd.Empty), await scene.Feeder().FeedAsync(run.Id, Stop));
    }

    [Fact]
    public async Task S3_11_Attempts_of_a_study_only_grow_over_all_runs_and_two_runs_never_move_it_at_a_time()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var first = await scene.PendingAsync([Scene.Exam("1.1")]);
        var second = await scene.PendingAsync([Scene.Exam("1.1")], Scene.Options() with { Name = "again" });
        Assert.Equal(1, (await scene.Feeder().FeedAsync(first.Id, Stop)).Fed);
        Assert.Equal(0, (await scene.Feeder().FeedAsync(second.Id, Stop)).Fed);
        await scene.Raw.ExecuteAsync("UPDATE pacs_migration.record SET state = 'failed', attempt = 3 WHERE state = 'running'");
        Assert.Equal(1, (await scene.Feeder().FeedAsync(second.Id, Stop)).Fed);
        Assert.Equal(
            ["move 1 1 1.1", "again 2 4 1.1"],
            await scene.Raw.RowsAsync("SELECT convert_from(payload, 'UTF8') FROM pacs_migration.outbox ORDER BY outbox_id"));
    }

    [Fact]
    public async Task S3_3_What_failed_or_was_lost_with_its_queue_can_be_made_pending()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.PendingAsync([Scene.Exam("1.1"), Scene.Exam("1.2", department: "MR"), Scene.Exam("1.3", department: "MR")]);
        await scene.Feeder().FeedAsync(run.Id, Stop);
        await scene.Raw.ExecuteAsync("UPDATE pacs_migration.record SET state = 'failed' WHERE department = 'MR'");
        Assert.Equal(0, await scene.Runs.RetryAsync(run.Id, "CT", null, Stop));
        Assert.Equal(1, await scene.Runs.RetryAsync(run.Id, "MR", "1.2", Stop));
        Assert.Equal(["failed 1.3", "pending 1.2", "running 1.1"], await scene.StatesAsync());
        Assert.Equal(1, await scene.Runs.RetryAsync(run.Id, null, null, Stop));
        Assert.Equal(1, await scene.Runs.ReleaseAsync(run.Id, Stop));
        Assert.Equal(["pending 1.1,1.2,1.3"], await scene.StatesAsync());
    }
}

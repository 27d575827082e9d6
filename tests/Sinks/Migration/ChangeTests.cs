using MedStreams.Sinks.Migration;
using MedStreams.Streams;
using MedStreams.Streams.Testing;

namespace MedStreams.Sinks.Tests.Migration;

public sealed class ChangeTests(PostgresFixture postgres)
{
    private static readonly StudyAmount Whole = new(3, 30, "d3");
    private static readonly DateTimeOffset At = new(2024, 5, 1, 8, 0, 0, TimeSpan.Zero);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Cases() => [.. SinkConformance.Cases];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task S3_10_The_database_takes_events_as_a_sink_does(string name) => Assert.True(
        await SinkConformance.RunAsync(name, () => MigrationTarget.CreateAsync(postgres), cancellationToken: Stop), "left out");

    [Fact]
    public async Task S3_10_A_study_goes_from_running_to_migrated_with_its_amounts_and_times()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        await RunningAsync(scene);
        await ApplyAsync(
            scene,
            Change(StudyChangeKind.Listed, attempt: 0) with { ListedAt = At },
            Change(StudyChangeKind.AttemptBegan) with { StartedAt = At.AddSeconds(1) },
            Change(StudyChangeKind.Collected) with { Expected = Whole, CollectedAt = At.AddSeconds(2) },
            Change(StudyChangeKind.Progress) with { Expected = Whole, Moved = new StudyAmount(2, 20, "d2") });
        Assert.Equal(["running 1 3 2 20"], await LookAsync(scene));
        await ApplyAsync(scene, Change(StudyChangeKind.Migrated) with { Expected = Whole, Moved = Whole, StoredAt = At.AddSeconds(3), At = At.AddSeconds(4) });
        Assert.Equal(["migrated 1 3 3 30"], await LookAsync(scene));
        Assert.Equal(
            ["True True True True"],
            await scene.Raw.RowsAsync("SELECT listed_at IS NOT NULL, ended_at > started_at, NOT was_there, moved_digest = expected_digest FROM pacs_migration.record"));
        Assert.Equal(["1 1 migrated"], await scene.Raw.RowsAsync("SELECT attempt, task, outcome FROM pacs_migration.attempt"));
    }

    [Theory]
    [InlineData(2, 20, "d2")]
    [InlineData(4, 40, "d4")]
    [InlineData(3, 31, "d3")]
    [InlineData(3, 30, "xx")]
    public async Task S3_10_A_study_that_is_called_complete_and_is_not_has_failed_with_an_alert(long objects, long bytes, string digest)
    {
        await using var scene = await Scene.OpenAsync(postgres);
        await RunningAsync(scene);
        await ApplyAsync(scene, Change(StudyChangeKind.Migrated) with { Expected = Whole, Moved = new StudyAmount(objects, bytes, digest) });
        Assert.Equal(["failed 1.1"], await scene.StatesAsync());
        Assert.Equal(
            [$"incomplete 1.1 It was told to be complete with {objects} objects of 3, or with others than expected."],
            await scene.Raw.RowsAsync("SELECT kind, study_uid, text FROM pacs_migration.alert"));
    }

    [Fact]
    public async Task S3_11_A_failed_study_has_its_reason_timings_and_every_attempt()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        await RunningAsync(scene);
        await ApplyAsync(
            scene,
            Change(StudyChangeKind.AttemptBegan),
            Change(StudyChangeKind.AttemptFailed) with { Failure = "Unavailable", Reason = "away" },
            Change(StudyChangeKind.AttemptBegan, attempt: 2) with { Tries = 2, StartedAt = At },
            Change(StudyChangeKind.Failed, attempt: 2) with { Tries = 2, Failure = "Refused", Reason = "no\0t now", At = At.AddSeconds(9) });
        Assert.Equal(["failed 1.1"], await scene.StatesAsync());
        Assert.Equal(
            ["2 2 Refused not now 00:00:09"],
            await scene.Raw.RowsAsync("SELECT attempt, tries, failure, reason, ended_at - started_at FROM pacs_migration.record"));
        Assert.Equal(
            ["1 retry Unavailable away", "2 failed Refused not now"],
            await scene.Raw.RowsAsync("SELECT attempt, outcome, failure, reason FROM pacs_migration.attempt ORDER BY attempt"));
    }

    [Fact]
    public async Task S3_5_A_study_that_left_its_list_is_pending_and_its_next_task_outdates_the_one_before()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await RunningAsync(scene);
        await ApplyAsync(scene, Change(StudyChangeKind.AttemptBegan), Change(StudyChangeKind.Returned) with { Reason = "too long in the list" });
        Assert.Equal(["pending 1.1"], await scene.StatesAsync());
        await scene.Feeder().FeedAsync(run.Id, Stop);
        Assert.Equal(
            ["move 1 1 1.1", "move 2 2 1.1"], await scene.Raw.RowsAsync("SELECT convert_from(payload, 'UTF8') FROM pacs_migration.outbox ORDER BY outbox_id"));

        await ApplyAsync(scene, Change(StudyChangeKind.Migrated) with { Expected = Whole, Moved = Whole }, Change(StudyChangeKind.Failed, attempt: 7));
        Assert.Equal(["running 1.1"], await scene.StatesAsync());
        await ApplyAsync(scene, Change(StudyChangeKind.Skipped, attempt: 2) with { Task = 2, Expected = Whole });
        Assert.Equal(["migrated 1.1"], await scene.StatesAsync());
    }

    [Fact]
    public async Task S3_10_What_names_no_record_is_refused_and_the_others_are_applied()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        await RunningAsync(scene);
        await using var writer = await ClaimAsync(scene);
        MigrationChange[] changes = [Change(StudyChangeKind.AttemptBegan) with { Run = "nobody's" }, null!, Change(StudyChangeKind.Failed) with { Failure = "Missing" }];
        for (var at = 0; at < changes.Length; at++)
            writer.Write(new Record<string, MigrationChange>("1.1", changes[at], 0), new RecordMetadata("events", 0, at));
        List<long> refused = [];
        await writer.CommitAsync(3, (records, _) =>
        {
            refused.AddRange(records.Select(r => r.Offset));
            return ValueTask.CompletedTask;
        }, Stop);
        Assert.Equal([0, 1], refused);
        Assert.Equal(["failed 1.1"], await scene.StatesAsync());
    }

    /// <summary>A run whose only study is running as task 1.</summary>
    private static async Task<MigrationRun> RunningAsync(Scene scene)
    {
        var run = await scene.PendingAsync([Scene.Exam("1.1")]);
        await scene.Feeder().FeedAsync(run.Id, Stop);
        return run;
    }

    private static StudyChange Change(StudyChangeKind kind, int attempt = 1) => new(kind, "move", 1, attempt, At) { Tries = attempt };

    private static Task<List<string>> LookAsync(Scene scene) =>
        scene.Raw.RowsAsync("SELECT state, attempt, expected_objects, moved_objects, moved_bytes FROM pacs_migration.record");

    private static async Task<ISinkWriter<string, MigrationChange>> ClaimAsync(Scene scene) =>
        await new MigrationSink(scene.Database).ClaimAsync(new SinkPartition("app", "db", "events", 0), Stop);

    private static async Task ApplyAsync(Scene scene, params MigrationChange[] changes)
    {
        await using var writer = await ClaimAsync(scene);
        var offset = writer.NextOffset ?? 0;
        foreach (var change in changes)
            writer.Write(new Record<string, MigrationChange>("1.1", change, 0), new RecordMetadata("events", 0, offset++));
        await writer.CommitAsync(offset, static (refused, _) => throw new InvalidOperationException($"{refused.Count} refused"), Stop);
    }
}

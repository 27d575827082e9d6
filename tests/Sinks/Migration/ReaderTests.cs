using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Differences;
using MedStreams.Sinks.Migration;
using MedStreams.Streams;

namespace MedStreams.Sinks.Tests.Migration;

public sealed class ReaderTests(PostgresFixture postgres)
{
    private static DifferenceSummary Compared => new() { First = "old", Second = "new", Level = VerificationLevel.Digests, StartedAt = DateTimeOffset.UnixEpoch };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_12_A_status_counts_by_state_and_department_and_estimates_the_rest()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await MovedAsync(scene);
        var reader = new RunReader(scene.Database);
        var status = (await reader.StatusAsync("move", TimeSpan.FromMinutes(10), Stop))!;
        Assert.Equal(new WindowCounts(5, 0, 0, 0, 5), status.Windows);
        Assert.Equal(new StudyCounts(0, 1, 1, 2, 1, 1, 4, 4, 40), status.Studies);
        Assert.Equal(new StudyCounts(0, 1, 1, 1, 0, 0, 2, 2, 20), status.Departments["CT"]);
        Assert.Equal(new StudyCounts(0, 0, 0, 1, 1, 1, 2, 2, 20), status.Departments["MR"]);
        Assert.Equal((2, 4, 40, 5), (status.RecentStudies, status.RecentObjects, status.RecentBytes, status.TasksWaiting));
        Assert.Equal(status.RateOver.TotalSeconds, status.Remaining!.Value.TotalSeconds, 3);
        Assert.False(status.IsFinished);
        Assert.Equal(1, status.Alerts);
        Assert.Equal(["test said"], (await reader.AlertsAsync("move", 0, 10, Stop))!.Select(a => $"{a.Kind} {a.Text}"));
        Assert.Empty((await reader.AlertsAsync("move", 1, 10, Stop))!);
        Assert.Equal(["1 failed Refused no"], (await reader.AttemptsAsync("move", "1.4", Stop))!.Select(a => $"{a.Attempt} {a.Outcome} {a.Failure} {a.Reason}"));
        Assert.Null(await reader.StatusAsync("other", TimeSpan.FromMinutes(1), Stop));

        await scene.Runs.SetPausedAsync(run.Id, true, Stop);
        Assert.Null((await reader.StatusAsync("move", TimeSpan.FromMinutes(10), Stop))!.Remaining);
    }

    [Fact]
    public async Task S3_12_The_report_tells_expected_migrated_failed_and_skipped_by_day_and_department()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        await MovedAsync(scene);
        var report = (await new RunReader(scene.Database).ReportAsync("move", VerificationLevel.Digests, null, Stop))!;
        Assert.Equal(6, report.Total.Expected.Studies);
        Assert.Equal((2, 4, 40), (report.Total.Migrated.Studies, report.Total.Migrated.Objects, report.Total.Migrated.Bytes));
        Assert.Equal((1, 1, 2), (report.Total.Skipped.Studies, report.Total.Failed.Studies, report.Total.Open.Studies));
        Assert.Equal([Scene.Monday, Scene.Monday.AddDays(1), null], report.Days.Select(d => d.Key));
        Assert.Equal(["CT", "MR"], report.Departments.Select(d => d.Key));
        var failure = Assert.Single(report.Failures);
        Assert.Equal(("1.4", "MR", "Refused", "no"), (failure.StudyInstanceUid, failure.Department, failure.Kind, failure.Reason));
        Assert.True(report.Run.IsEnumerated);
        Assert.False(report.IsProven);
    }

    [Fact]
    public async Task S3_12_A_migrated_study_whose_ledger_lacks_an_object_is_a_difference()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        await MovedAsync(scene);
        var ledger = new StudyLedger(scene.Database);
        var exam = (await ledger.FindExamAsync("move", "1.1", Stop))!;
        StudyObject[] objects = [.. new[] { "a", "b" }.Select(id => new StudyObject { Id = id, Kind = StudyObjectKind.Instance })];
        await ledger.KeepAsync("move", 1, new StudyCollection(exam, objects, []), [0, 0], Stop);
        var digest = new ObjectDigest(new string('0', 64), 1);
        await ledger.StoredAsync("move", "1.1", 1, [new KeptObject(objects[0], 0, digest, new StoredObject("a", "a", digest, false))], Stop);

        var reader = new RunReader(scene.Database);
        var difference = Assert.Single((await reader.ReportAsync("move", VerificationLevel.Digests, null, Stop))!.Differences);
        Assert.Equal(("1.1", StudyDifferenceKind.Different, "b"), (difference.StudyInstanceUid, difference.Kind, difference.Objects.Single().Id));
        Assert.Single((await reader.ReportAsync("move", VerificationLevel.Digests, new Comparison(Compared, [difference]), Stop))!.Differences);
    }

    [Fact]
    public async Task S3_12_What_an_earlier_run_has_stored_is_known_to_the_next_one()
    {
        await using var scene = await Scene.OpenAsync(postgres);
        await MovedAsync(scene);
        var ledger = new StudyLedger(scene.Database);
        var exam = (await ledger.FindExamAsync("move", "1.1", Stop))!;
        var found = new StudyObject { Id = "a", Kind = StudyObjectKind.Instance };
        var digest = new ObjectDigest(new string('0', 64), 1);
        var stored = new KeptObject(found, 0, digest, new StoredObject("a", "x", digest, false));
        await ledger.KeepAsync("move", 1, new StudyCollection(exam, [found], []), [0], Stop);
        await ledger.StoredAsync("move", "1.1", 1, [stored], Stop);
        Assert.Equal([stored], (await ledger.FindMigratedAsync("new", "1.1", Stop))!.Objects);
        Assert.Null(await ledger.FindMigratedAsync("elsewhere", "1.1", Stop));
        Assert.Null(await ledger.FindMigratedAsync("new", "1.4", Stop));
    }

    /// <summary>Two are moved, one was there, one has failed, one is running and one is pending.</summary>
    private static async Task<MigrationRun> MovedAsync(Scene scene)
    {
        var run = await scene.PendingAsync(
            [
                Scene.Exam("1.1"), Scene.Exam("1.2", 1, department: "MR"), Scene.Exam("1.3", 1, department: "MR"), Scene.Exam("1.4", null, department: "MR"),
                Scene.Exam("1.5"), Scene.Exam("1.6"),
            ]);
        await scene.Raw.ExecuteAsync("UPDATE pacs_migration.record SET rank = 2 WHERE study_uid = '1.6'");
        await scene.Feeder(new TaskFeederOptions { Batch = 5 }).FeedAsync(run.Id, Stop);
        var tasks = (await scene.Raw.RowsAsync("SELECT study_uid, task FROM pacs_migration.record WHERE task IS NOT NULL"))
            .Select(row => row.Split(' ')).ToDictionary(p => p[0], p => long.Parse(p[1], System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal);
        var now = TimeProvider.System.GetUtcNow();
        var whole = new StudyAmount(2, 20, "d");
        (string Study, MigrationChange Change)[] changes =
        [
            ("1.1", Change("1.1", StudyChangeKind.Migrated) with { Expected = whole, Moved = whole }),
            ("1.2", Change("1.2", StudyChangeKind.Migrated) with { Expected = whole with { Bytes = null }, Moved = whole }),
            ("1.3", Change("1.3", StudyChangeKind.Skipped)),
            ("1.4", Change("1.4", StudyChangeKind.AttemptBegan)),
            ("1.4", Change("1.4", StudyChangeKind.Failed) with { Failure = "Refused", Reason = "no" }),
            ("1.4", new StudyAlert("test", "move", tasks["1.4"], 1, now, "said")),
        ];
        await using var writer = await new MigrationSink(scene.Database).ClaimAsync(new SinkPartition("app", "db", "events", 0), Stop);
        for (var at = 0; at < changes.Length; at++)
            writer.Write(new Record<string, MigrationChange>(changes[at].Study, changes[at].Change, 0), new RecordMetadata("events", 0, at));
        await writer.CommitAsync(changes.Length, static (_, _) => throw new InvalidOperationException("refused"), Stop);
        return run;

        StudyChange Change(string study, StudyChangeKind kind) => new(kind, "move", tasks[study], 1, now);
    }
}

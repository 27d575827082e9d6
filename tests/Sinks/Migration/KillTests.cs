using System.Text;
using MedStreams.Local;
using MedStreams.Sinks.Migration;
using MedStreams.Support;

namespace MedStreams.Sinks.Tests.Migration;

/// <summary>Enumerator, feeder and relay die again and again: no page is half there, no task is lost or doubled.</summary>
public sealed class KillTests(PostgresFixture postgres, BrokerFixture kafka) : IClassFixture<BrokerFixture>
{
    private const int Studies = 600;
    private const int Kills = 15;
    private const int Deaths = 8;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S3_4_Killed_again_and_again_every_study_is_one_record_and_one_task()
    {
        var random = new Random(20240101);
        await using var scene = await Scene.OpenAsync(postgres);
        await scene.StartAsync(MigrationWorker.Run);
        var options = await kafka.TopicAsync(3);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var consuming = ConsumeAsync(scene, enough.Token);
        var kills = 0;
        for (; kills < Kills; kills++)
        {
            var before = await ProgressAsync(scene);
            using var worker = MigrationWorker.Start(scene.Raw.ConnectionString, options, Studies);
            await Eventually.Holds(async () => worker.HasExited || await ProgressAsync(scene) != before || await IsDoneAsync(scene), TimeSpan.FromMinutes(1));
            Assert.False(worker.HasExited, $"the worker ended with {(worker.HasExited ? worker.ExitCode : 0)}");
            if (await IsDoneAsync(scene))
                break;
            await Task.Delay(random.Next(250), Stop); // the moment of death is the test's only chance
            worker.Kill();
        }

        using (var last = MigrationWorker.Start(scene.Raw.ConnectionString, options, Studies))
        {
            await Eventually.Holds(async () => last.HasExited || await IsDoneAsync(scene), TimeSpan.FromMinutes(2));
            Assert.False(last.HasExited);
        }

        await enough.CancelAsync();
        await consuming;
        Assert.True(kills > 3, $"only {kills} kills: the work was done too soon");
        await ProveAsync(scene, options.Topic);
        TestContext.Current.SendDiagnosticMessage($"{kills} kills");
    }

    [Fact]
    public async Task S3_4_A_database_whose_processes_die_again_and_again_loses_and_doubles_nothing()
    {
        var random = new Random(20240102);
        await using var server = await PrivatePostgres.StartAsync(cancellationToken: Stop);
        await using var scene = await Scene.OpenAsync(new TestDatabase(server.ConnectionString));
        await scene.StartAsync(MigrationWorker.Run);
        var options = await kafka.TopicAsync(3);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var working = MigrationWorker.WorkAsync(scene.Database, options, Studies, enough.Token);
        var consuming = ConsumeAsync(scene, enough.Token);
        var deaths = 0;
        for (; deaths < Deaths && !await IsDoneAsync(scene); deaths++)
        {
            var before = await ProgressAsync(scene);
            await Eventually.Holds(async () => working.IsCompleted || await ProgressAsync(scene) != before || await IsDoneAsync(scene), TimeSpan.FromMinutes(1));
            await Task.Delay(random.Next(100), Stop); // the moment of death is the test's only chance
            server.KillChild(random);
        }

        await Eventually.Holds(async () => working.IsCompleted || await IsDoneAsync(scene), TimeSpan.FromMinutes(2));
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => working);
        await consuming;
        Assert.True(deaths > 3, $"only {deaths} deaths: the work was done too soon");
        await ProveAsync(scene, options.Topic);
    }

    /// <summary>What is in the queue is done at once, so that there is room.</summary>
    private static async Task ConsumeAsync(Scene scene, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            await LookAsync(
                async () =>
                {
                    await scene.Raw.ExecuteAsync(
                        """
                        UPDATE pacs_migration.record SET state = 'migrated', expected_objects = 0
                        WHERE state = 'running' AND record_id IN (SELECT record_id FROM pacs_migration.record WHERE state = 'running' ORDER BY task LIMIT 5)
                        """);
                    return true;
                });
            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }
    }

    private static Task<string?> ProgressAsync(Scene scene) => LookAsync(async () => string.Join(';', await scene.Raw.RowsAsync(
        """
        SELECT (SELECT sum(pages) FROM pacs_migration."window"), (SELECT last_value FROM pacs_migration.task_number), (SELECT published FROM pacs_migration.relay)
        """)));

    private static Task<bool> IsDoneAsync(Scene scene) => LookAsync(() => scene.Raw.ScalarAsync<bool>(
        $"""
         SELECT NOT EXISTS (SELECT FROM pacs_migration."window" WHERE state = 'open') AND NOT EXISTS (SELECT FROM pacs_migration.outbox)
             AND (SELECT count(*) FROM pacs_migration.record WHERE state = 'migrated') = {Studies}
         """));

    /// <summary>A look at a server that may be away: then nothing is seen.</summary>
    private static async Task<T?> LookAsync<T>(Func<Task<T>> look)
    {
        try
        {
            return await look();
        }
        catch (Exception e) when (PostgresErrors.IsUnavailable(e))
        {
            return default;
        }
    }

    private async Task ProveAsync(Scene scene, string topic)
    {
        // Pages: each window was counted as often as the source has its studies, no more and no less.
        var exams = MigrationWorker.Exams(Studies);
        Assert.Equal(
            exams.GroupBy(e => e.StudyDate).OrderBy(g => g.Key is null).ThenBy(g => g.Key).Select(g => $"{(g.Count() + 4) / 5} {g.Count()} {g.Count()}"),
            await scene.Raw.RowsAsync("SELECT pages, exams, added FROM pacs_migration.\"window\" WHERE kind <> 'everything' ORDER BY window_id"));
        Assert.Equal(
            [$"{Studies / 5} {Studies} 0"], await scene.Raw.RowsAsync("SELECT pages, exams, added FROM pacs_migration.\"window\" WHERE kind = 'everything'"));
        Assert.Equal((long)Studies, await scene.Raw.ScalarAsync<long>("SELECT count(*) FROM pacs_migration.record"));

        // Tasks: one for each study, positions without a gap, and what is in the topic is what the database fed.
        var read = kafka.Read(topic);
        Assert.Equal(exams.Select(e => e.StudyInstanceUid).Order(StringComparer.Ordinal), read.Select(r => r.Message.Key).Order(StringComparer.Ordinal));
        Assert.Equal(
            Enumerable.Range(1, Studies).Select(n => (long)n),
            read.Select(r => long.Parse(Encoding.ASCII.GetString(r.Message.Headers.GetLastBytes(OutboxHeader.Name)).Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)).Order());
        Assert.Equal(
            (await scene.Raw.RowsAsync("SELECT task, study_uid FROM pacs_migration.record")).Order(StringComparer.Ordinal),
            read.Select(r => Encoding.UTF8.GetString(r.Message.Value).Split(' ')).Select(p => $"{p[1]} {p[3]}").Order(StringComparer.Ordinal));
    }
}

using MedStreams.Sinks.Migration;
using MedStreams.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Sinks.Tests.Migration;

/// <summary>The connection to the database is lost at every point that matters.</summary>
public sealed class OutageTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("COMMIT\0", Cut.Before)]
    [InlineData("COMMIT\0", Cut.After)]
    [InlineData("INSERT INTO pacs_migration.record", Cut.Before)]
    [InlineData("INSERT INTO pacs_migration.record", Cut.After)]
    [InlineData("SET continuation", Cut.Before)]
    [InlineData("SET continuation", Cut.After)]
    [InlineData("SET lease_epoch", Cut.Before)]
    [InlineData("SET lease_epoch", Cut.After)]
    public async Task S3_1_A_connection_cut_within_a_page_neither_halves_nor_doubles_it(string at, object cut)
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.StartAsync(Scene.Options(1) with { PageSize = 2, Undated = false, Reconcile = false });
        await using var proxy = new CuttingProxy(postgres.Server.Port);
        await using var database = await ThroughAsync(scene, proxy);
        var source = new ListSource([.. Enumerable.Range(0, 7).Select(n => Scene.Exam($"1.{n}"))]);
        proxy.Arm(at, (Cut)cut);
        await new ExamEnumerator(
            database, source, Scene.Quick with { Parallelism = 1, Timeout = TimeSpan.FromMilliseconds(500), Lease = TimeSpan.FromSeconds(1) }, NullLogger<ExamEnumerator>.Instance)
            .RunAsync(run.Id, Stop);
        Assert.Equal(1, proxy.Cuts);
        Assert.Equal(["4 7 7"], await scene.Raw.RowsAsync("SELECT pages, exams, added FROM pacs_migration.\"window\""));
        Assert.Equal(7L, await scene.Raw.ScalarAsync<long>("SELECT count(*) FROM pacs_migration.record"));
    }

    [Theory]
    [InlineData("COMMIT\0", Cut.Before, false)]
    [InlineData("COMMIT\0", Cut.After, true)]
    [InlineData("INSERT INTO pacs_migration.outbox", Cut.Before, false)]
    [InlineData("INSERT INTO pacs_migration.outbox", Cut.After, false)]
    public async Task S3_5_A_connection_cut_while_feeding_neither_loses_nor_doubles_a_task(string at, object cut, bool done)
    {
        await using var scene = await Scene.OpenAsync(postgres);
        var run = await scene.PendingAsync([Scene.Exam("1.1"), Scene.Exam("1.2"), Scene.Exam("1.3")]);
        await using var proxy = new CuttingProxy(postgres.Server.Port);
        await using var database = await ThroughAsync(scene, proxy);
        var feeder = new TaskFeeder(database, Scene.Payload, new TaskFeederOptions { Batch = 2 }, NullLogger<TaskFeeder>.Instance);
        proxy.Arm(at, (Cut)cut);
        await Assert.ThrowsAsync<SinkUnavailableException>(() => feeder.FeedAsync(run.Id, Stop));
        Assert.Equal(1, proxy.Cuts);
        Assert.Equal(done ? ["1.1", "1.2"] : [], await scene.TasksAsync());
        while ((await feeder.FeedAsync(run.Id, Stop)).Fed > 0)
        {
        }

        Assert.Equal(["1.1", "1.2", "1.3"], await scene.TasksAsync());
        Assert.Equal(["running 1.1,1.2,1.3"], await scene.StatesAsync());
    }

    private Task<MigrationDatabase> ThroughAsync(Scene scene, CuttingProxy proxy) => MigrationDatabase.OpenAsync(
        Counts.Options(scene.Raw.ConnectionString.Replace($"Port={postgres.Server.Port}", $"Port={proxy.Port}", StringComparison.Ordinal)) with { ApplyMigrations = false },
        Stop);
}

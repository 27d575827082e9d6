using MedStreams.Streams;

namespace MedStreams.Sinks.Tests;

public sealed class PostgresMigrationTests(PostgresFixture postgres)
{
    private static readonly PostgresMigration First = new("test", 1, "a table", "CREATE TABLE a (x int);\n");
    private static readonly PostgresMigration Second = new("test", 2, "a column", "ALTER TABLE a ADD y int;\n");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Instances_that_start_at_once_apply_each_step_once()
    {
        var database = await postgres.DatabaseAsync();
        var applied = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => PostgresMigrator.ApplyAsync(database.ConnectionString, [Second, First], Stop), Stop)));
        Assert.Equal(2, applied.Sum());
        Assert.Equal(
            ["test 1 a table", "test 2 a column"],
            await database.RowsAsync("SELECT scope, version, name FROM medstreams.migration ORDER BY 1, 2"));
    }

    [Fact]
    public async Task Sinks_that_start_at_once_on_an_empty_database_all_claim()
    {
        var database = await postgres.DatabaseAsync();
        await database.ExecuteAsync(Counts.CreateTable);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(partition => Task.Run(
            async () =>
            {
                await using var sink = Counts.Sink(database.ConnectionString);
                await using var writer = await sink.ClaimAsync(Counts.Partition with { Partition = partition }, Stop);
                writer.Put(0, $"p{partition}", 1);
                await writer.CommitAsync(1);
            },
            Stop)));
        Assert.Equal(6L, await database.ScalarAsync<long>("SELECT count(*) FROM counts"));
    }

    [Fact]
    public async Task A_step_that_changed_after_it_was_applied_is_an_error_and_line_ends_are_no_change()
    {
        var database = await postgres.DatabaseAsync();
        await PostgresMigrator.ApplyAsync(database.ConnectionString, [First], Stop);
        var windows = new PostgresMigration("test", 1, "a table", "CREATE TABLE a (x int);\r\n");
        Assert.Equal(0, await PostgresMigrator.ApplyAsync(database.ConnectionString, [windows], Stop));
        var changed = new PostgresMigration("test", 1, "a table", "CREATE TABLE a (x bigint);\n");
        var error = await Assert.ThrowsAsync<StreamsException>(
            () => PostgresMigrator.ApplyAsync(database.ConnectionString, [changed, Second], Stop));
        Assert.Equal(
            "Migration test 0001 (a table) was changed after it was applied: add a new one instead.", error.Message);
        Assert.Equal(1L, await database.ScalarAsync<long>("SELECT count(*) FROM medstreams.migration"));
    }

    [Fact]
    public async Task A_step_that_fails_leaves_nothing_of_its_run()
    {
        var database = await postgres.DatabaseAsync();
        var broken = new PostgresMigration("test", 2, "broken", "CREATE TABLE b (x int); ALTER TABLE nowhere ADD y int");
        var error = await Assert.ThrowsAsync<StreamsException>(
            () => PostgresMigrator.ApplyAsync(database.ConnectionString, [First, broken], Stop));
        Assert.Equal("Migration test 0002 (broken) failed: 42P01 no such table", error.Message);
        Assert.Equal(0L, await database.ScalarAsync<long>(
            "SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'medstreams')"));
    }

    [Fact]
    public async Task A_gap_in_the_steps_is_an_error()
    {
        var database = await postgres.DatabaseAsync();
        var error = await Assert.ThrowsAsync<StreamsException>(
            () => PostgresMigrator.ApplyAsync(database.ConnectionString, [Second], Stop));
        Assert.Contains("the one before it is missing", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Built_in_steps_make_the_tables_that_they_promise()
    {
        var database = await postgres.DatabaseAsync();
        await PostgresMigrator.ApplyAsync(
            database.ConnectionString, [.. PostgresMigration.BuiltIn("sink"), .. PostgresMigration.BuiltIn("increments")], Stop);
        Assert.Equal(
            ["increments", "migration", "sink_partition"],
            await database.RowsAsync("SELECT tablename FROM pg_tables WHERE schemaname = 'medstreams' ORDER BY 1"));
    }

    [Fact]
    public async Task A_role_that_may_only_write_rows_is_enough_where_a_person_has_made_the_tables()
    {
        var database = await postgres.DatabaseAsync();
        await PostgresMigrator.ApplyAsync(database.ConnectionString, PostgresMigration.BuiltIn("sink"), Stop);
        await database.ExecuteAsync(
            $"{Counts.CreateTable}; CREATE ROLE writer LOGIN PASSWORD 'writer'; GRANT USAGE ON SCHEMA medstreams TO writer;"
            + "GRANT SELECT, INSERT, UPDATE ON medstreams.sink_partition TO writer;"
            + "GRANT SELECT, INSERT, UPDATE, DELETE ON public.counts TO writer");
        var asWriter = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            Username = "writer",
            Password = "writer",
        }.ConnectionString;
        await using var sink = new PostgresSink<string, CountRow?>(
            Counts.Options(asWriter) with { ApplyMigrations = false }, Counts.Table);
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        writer.Put(0, "ct", 1);
        writer.Put(1, "mr", 1);
        await writer.CommitAsync(2);
        writer.Put(2, "ct", 2);
        writer.Put(3, "mr", null);
        await writer.CommitAsync(4);
        Assert.Equal(["ct 2"], await database.RowsAsync("SELECT * FROM public.counts"));
    }

    [Fact]
    public void Built_in_steps_are_numbered_without_gaps() =>
        Assert.All(["sink", "increments"], scope =>
        {
            var steps = PostgresMigration.BuiltIn(scope);
            Assert.Equal(Enumerable.Range(1, steps.Count), steps.Select(step => step.Version));
        });
}

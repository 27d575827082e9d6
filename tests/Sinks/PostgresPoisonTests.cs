using MedStreams.Streams;
using NpgsqlTypes;

namespace MedStreams.Sinks.Tests;

public sealed class PostgresPoisonTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string, long, string> Poisons() => new()
    {
        { "nul\0byte", 1, "22021" },
        { "longer than twenty characters", 1, "22001" },
        { "ct", 5_000_000_000, "22003" },
        { "ct", -1, "23514" },
        { "\ud800 half a surrogate", 1, "No row can be made" },
    };

    [Theory]
    [MemberData(nameof(Poisons))]
    public async Task A_refused_row_is_reported_and_its_neighbours_are_written(string product, long count, string reason)
    {
        var database = await NewAsync();
        await using var sink = Counts.Sink(database.ConnectionString);
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        for (var i = 0; i < 20; i++)
        {
            if (i is 7)
                writer.Put(i, product, count);
            else
                writer.Put(i, $"p{i:00}", i);
        }

        var rejected = Assert.Single(await writer.CommitAsync(20));
        Assert.Equal(7, rejected.Offset);
        Assert.Contains(reason, rejected.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain(product, rejected.Reason, StringComparison.Ordinal);
        Assert.Equal(19L, await database.ScalarAsync<long>("SELECT count(*) FROM counts"));
    }

    [Fact]
    public async Task Several_poisoned_rows_among_good_ones_are_all_found()
    {
        var database = await NewAsync();
        await using var sink = Counts.Sink(database.ConnectionString);
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        long[] poisoned = [0, 1, 31, 64, 65, 99];
        for (var i = 0; i < 100; i++)
            writer.Put(i, $"p{i:00}", poisoned.Contains(i) ? -1 : i);
        var rejected = await writer.CommitAsync(100);
        Assert.Equal(poisoned, rejected.Select(r => r.Offset));
        Assert.Equal(94L, await database.ScalarAsync<long>("SELECT count(*) FROM counts"));
    }

    [Fact]
    public async Task A_refused_update_leaves_the_last_good_value_of_its_key()
    {
        var database = await NewAsync();
        await using var sink = Counts.Sink(database.ConnectionString);
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        writer.Put(0, "ct", 1);
        writer.Put(1, "ct", 2);
        writer.Put(2, "ct", -3);
        writer.Put(3, "mr", 1);
        Assert.Equal(2, Assert.Single(await writer.CommitAsync(4)).Offset);
        Assert.Equal(["ct 2", "mr 1"], await database.RowsAsync("SELECT * FROM counts ORDER BY 1"));
    }

    [Fact]
    public async Task A_mapping_that_throws_refuses_only_its_record_and_says_nothing_of_it()
    {
        var database = await NewAsync();
        await using var sink = new PostgresSink<string, string>(
            Counts.Options(database.ConnectionString),
            new PostgresTable<string, string>("log")
                .Column("at", NpgsqlDbType.Bigint, record => long.Parse(record.Value))
                .Column("text", NpgsqlDbType.Text, record => record.Value));
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        writer.Put(0, "1");
        writer.Put(1, "SECRET");
        writer.Put(2, "3");
        var rejected = Assert.Single(await writer.CommitAsync(3));
        Assert.Equal(new RejectedRecord(1, "No row can be made of the record: column at: FormatException"), rejected);
        Assert.Equal(["1 1", "3 3"], await database.RowsAsync("SELECT * FROM log ORDER BY 1"));
    }

    [Fact]
    public async Task A_mapping_that_throws_for_a_key_refuses_only_its_record()
    {
        var database = await NewAsync();
        await using var sink = new PostgresSink<string, string>(
            Counts.Options(database.ConnectionString),
            new PostgresTable<string, string>("counts")
                .Key("product", NpgsqlDbType.Text, record => record.Value[..2])
                .Column("count", NpgsqlDbType.Bigint, _ => 1L));
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        writer.Put(0, "ct");
        writer.Put(1, "x");
        Assert.Equal(1, Assert.Single(await writer.CommitAsync(2)).Offset);
        Assert.Equal(["ct 1"], await database.RowsAsync("SELECT * FROM counts"));
    }

    [Fact]
    public async Task A_constraint_that_waits_for_the_commit_finds_its_culprit_too()
    {
        var database = await NewAsync();
        await database.ExecuteAsync(
            "CREATE TABLE product (name text PRIMARY KEY); INSERT INTO product VALUES ('ct'), ('mr');"
            + "ALTER TABLE counts ADD CONSTRAINT known FOREIGN KEY (product) REFERENCES product "
            + "DEFERRABLE INITIALLY DEFERRED");
        await using var sink = Counts.Sink(database.ConnectionString);
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        writer.Put(0, "ct", 1);
        writer.Put(1, "xx", 1);
        writer.Put(2, "mr", 1);
        var rejected = Assert.Single(await writer.CommitAsync(3));
        Assert.Equal(new RejectedRecord(1, "PostgreSQL refused the row: 23503 foreign key, constraint known"), rejected);
        Assert.Equal(["ct 1", "mr 1"], await database.RowsAsync("SELECT * FROM counts ORDER BY 1"));
    }

    [Fact]
    public async Task A_refusal_that_cannot_be_handed_over_writes_nothing_and_is_handed_over_again()
    {
        var database = await NewAsync();
        await using var sink = Counts.Sink(database.ConnectionString);
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        writer.Put(0, "ct", 1);
        writer.Put(1, "mr", -1);
        // A time-out of the dead-letter topic is not one of the database.
        await Assert.ThrowsAsync<TimeoutException>(async () => await writer.CommitAsync(
            2, (_, _) => ValueTask.FromException(new TimeoutException()), Stop));
        Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM counts"));
        Assert.Equal([1], (await writer.CommitAsync(2)).Select(r => r.Offset));
        Assert.Equal(["ct 1"], await database.RowsAsync("SELECT * FROM counts"));
    }

    [Fact]
    public async Task Refused_records_are_handed_over_before_anything_is_visible_and_by_the_owner_only()
    {
        var database = await NewAsync();
        await using var sink = Counts.Sink(database.ConnectionString);
        await using var zombie = await sink.ClaimAsync(Counts.Partition, Stop);
        zombie.Put(0, "ct", -1);
        await using var owner = await sink.ClaimAsync(Counts.Partition, Stop);
        await Assert.ThrowsAsync<SinkFencedException>(async () => await zombie.CommitAsync(
            1, (_, _) => throw new InvalidOperationException("A fenced owner dead-letters nothing."), Stop));
        owner.Put(0, "ct", -1);
        owner.Put(1, "mr", 1);
        await owner.CommitAsync(
            2,
            async (_, _) => Assert.Equal(0L, await database.ScalarAsync<long>("SELECT count(*) FROM counts")),
            Stop);
        Assert.Equal(["mr 1"], await database.RowsAsync("SELECT * FROM counts"));
    }

    private async Task<TestDatabase> NewAsync()
    {
        var database = await postgres.DatabaseAsync();
        await database.ExecuteAsync($"{Counts.CreateTable}; {Counts.CreateLog}");
        return database;
    }
}

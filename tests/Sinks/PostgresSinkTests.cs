using MedStreams.Streams;

namespace MedStreams.Sinks.Tests;

public sealed class PostgresSinkTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rows_are_upserted_and_the_last_of_a_key_wins()
    {
        var database = await NewAsync();
        await using var sink = Counts.Sink(database.ConnectionString);
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        Assert.Null(writer.NextOffset);

        writer.Put(0, "ct", 1);
        writer.Put(1, "mr", 1);
        writer.Put(2, "ct", 2);
        Assert.True(writer.BufferedBytes > 0);
        Assert.Empty(await writer.CommitAsync(3));
        Assert.Equal(0, writer.BufferedBytes);
        Assert.Equal(3, writer.NextOffset);
        writer.Put(3, "ct", 3);
        Assert.Empty(await writer.CommitAsync(4));

        Assert.Equal(["ct 3", "mr 1"], await database.RowsAsync("SELECT * FROM counts ORDER BY 1"));
    }

    [Fact]
    public async Task A_tombstone_deletes_its_row_and_a_later_value_brings_it_back()
    {
        var database = await NewAsync();
        await using var sink = Counts.Sink(database.ConnectionString);
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        writer.Put(0, "ct", 1);
        writer.Put(1, "mr", 1);
        await writer.CommitAsync(2);
        writer.Put(2, "ct", null);
        writer.Put(3, "mr", null);
        writer.Put(4, "mr", 7);
        await writer.CommitAsync(5);
        Assert.Equal(["mr 7"], await database.RowsAsync("SELECT * FROM counts"));
    }

    [Fact]
    public async Task Ignored_tombstones_change_nothing()
    {
        var database = await NewAsync();
        await using var sink = new PostgresSink<string, CountRow?>(
            Counts.Options(database.ConnectionString), Counts.Table.OnTombstone(PostgresTombstones.Ignore));
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        writer.Put(0, "ct", 1);
        writer.Put(1, "ct", null);
        await writer.CommitAsync(2);
        Assert.Equal(["ct 1"], await database.RowsAsync("SELECT * FROM counts"));
    }

    [Fact]
    public async Task A_table_without_key_is_appended_to_in_order()
    {
        var database = await NewAsync();
        await using var sink = new PostgresSink<string, string>(
            Counts.Options(database.ConnectionString), Counts.Log);
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        writer.Put(7, "a");
        writer.Put(8, "a");
        await writer.CommitAsync(9);
        Assert.Equal(["7 a", "8 a"], await database.RowsAsync("SELECT * FROM log ORDER BY ctid"));
    }

    [Fact]
    public async Task A_claim_resumes_where_the_database_is_and_skips_what_it_holds()
    {
        var database = await NewAsync();
        await using var sink = new PostgresSink<string, string>(
            Counts.Options(database.ConnectionString), Counts.Log);
        await using (var first = await sink.ClaimAsync(Counts.Partition, Stop))
        {
            first.Put(0, "a");
            first.Put(1, "b");
            await first.CommitAsync(2);
            first.Put(2, "lost with its owner");
        }

        await using var second = await sink.ClaimAsync(Counts.Partition, Stop);
        Assert.Equal(2, second.NextOffset);
        second.Put(0, "a");
        second.Put(1, "b");
        second.Put(2, "c");
        await second.CommitAsync(3);
        Assert.Equal(["0 a", "1 b", "2 c"], await database.RowsAsync("SELECT * FROM log ORDER BY at"));
    }

    [Fact]
    public async Task An_owner_that_lost_its_claim_cannot_write()
    {
        var database = await NewAsync();
        await using var sink = Counts.Sink(database.ConnectionString);
        await using var zombie = await sink.ClaimAsync(Counts.Partition, Stop);
        zombie.Put(0, "ct", 100);
        await using var owner = await sink.ClaimAsync(Counts.Partition, Stop);

        await Assert.ThrowsAsync<SinkFencedException>(async () => await zombie.CommitAsync(1));
        owner.Put(0, "ct", 1);
        await owner.CommitAsync(1);
        await Assert.ThrowsAsync<SinkFencedException>(async () => await zombie.CommitAsync(1));
        Assert.Equal(["ct 1"], await database.RowsAsync("SELECT * FROM counts"));
    }

    [Fact]
    public async Task Partitions_and_applications_do_not_fence_each_other()
    {
        var database = await NewAsync();
        await using var sink = Counts.Sink(database.ConnectionString);
        SinkPartition[] others =
        [
            Counts.Partition with { Partition = 1 }, Counts.Partition with { Topic = "other" },
            Counts.Partition with { Sink = "other" }, Counts.Partition with { ApplicationId = "other" },
        ];
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        foreach (var other in others)
            Assert.Null((await sink.ClaimAsync(other, Stop)).NextOffset);
        writer.Put(0, "ct", 1);
        await writer.CommitAsync(1);
    }

    [Fact]
    public async Task A_commit_without_rows_still_moves_the_offset()
    {
        var database = await NewAsync();
        await using var sink = Counts.Sink(database.ConnectionString);
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        await writer.CommitAsync(50);
        Assert.Equal(50, (await sink.ClaimAsync(Counts.Partition, Stop)).NextOffset);
    }

    [Fact]
    public async Task Discarded_rows_are_not_written()
    {
        var database = await NewAsync();
        await using var sink = Counts.Sink(database.ConnectionString);
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        writer.Put(0, "ct", 1);
        writer.Discard();
        writer.Put(0, "mr", 1);
        await writer.CommitAsync(1);
        Assert.Equal(["mr 1"], await database.RowsAsync("SELECT * FROM counts"));
    }

    [Fact]
    public async Task An_offset_set_back_by_hand_asks_for_a_new_claim()
    {
        var database = await NewAsync();
        await using var sink = Counts.Sink(database.ConnectionString);
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        await writer.CommitAsync(50);
        await database.ExecuteAsync("UPDATE medstreams.sink_partition SET next_offset = 10");
        await Assert.ThrowsAsync<SinkFencedException>(async () => await writer.CommitAsync(51));
        Assert.Equal(10, (await sink.ClaimAsync(Counts.Partition, Stop)).NextOffset);
    }

    [Fact]
    public async Task Two_owners_that_race_write_every_offset_once()
    {
        var database = await NewAsync();
        await using var sink = new PostgresSink<string, string>(
            Counts.Options(database.ConnectionString), Counts.Log);
        const int End = 300;

        // Both claim whenever they are fenced; both read on from where the database is.
        async Task RunAsync(int seed)
        {
            var random = new Random(seed);
            while (true)
            {
                await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
                try
                {
                    for (var next = writer.NextOffset ?? 0; ;)
                    {
                        if (next >= End)
                            return;
                        for (var until = Math.Min(End, next + random.Next(1, 9)); next < until; next++)
                            writer.Put(next, "x");
                        await writer.CommitAsync(next);
                        if (random.Next(4) == 0)
                            break;
                    }
                }
                catch (SinkFencedException)
                {
                    // The other one has it now: take it back.
                }
            }
        }

        await Task.WhenAll(Task.Run(() => RunAsync(1), Stop), Task.Run(() => RunAsync(2), Stop));
        Assert.Equal(
            [$"{End} {End} 0 {End - 1}"],
            await database.RowsAsync("SELECT count(*), count(DISTINCT at), min(at), max(at) FROM log"));
    }

    [Fact]
    public async Task A_mapping_that_does_not_fit_the_table_is_an_error_and_not_a_poisoned_row()
    {
        var database = await NewAsync();
        await using var sink = new PostgresSink<string, string>(
            Counts.Options(database.ConnectionString),
            new PostgresTable<string, string>("counts").Column("count", NpgsqlTypes.NpgsqlDbType.Text, r => r.Value));
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        writer.Put(0, "SECRET");
        var error = await Assert.ThrowsAsync<StreamsException>(async () => await writer.CommitAsync(1));
        Assert.Contains("42804", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("SECRET", error.ToString(), StringComparison.Ordinal);
    }

    private async Task<TestDatabase> NewAsync()
    {
        var database = await postgres.DatabaseAsync();
        await database.ExecuteAsync($"{Counts.CreateTable}; {Counts.CreateLog}");
        return database;
    }
}

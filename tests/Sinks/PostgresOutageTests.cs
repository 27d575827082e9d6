using MedStreams.Local;
using MedStreams.Streams;

namespace MedStreams.Sinks.Tests;

/// <summary>The server goes away at every point that matters; each offset is still written once.</summary>
public sealed class PostgresOutageTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    // The zero ends the statement: COMMITTED stands in the one that begins the transaction.
    [InlineData("COMMIT\0", Cut.Before)]
    [InlineData("COMMIT\0", Cut.After)]
    [InlineData("COPY ", Cut.Before)]
    [InlineData("COPY ", Cut.After)]
    [InlineData("PGCOPY", Cut.Before)]
    [InlineData("PGCOPY", Cut.After)]
    [InlineData("INSERT INTO \"log\"", Cut.Before)]
    [InlineData("INSERT INTO \"log\"", Cut.After)]
    [InlineData("UPDATE medstreams", Cut.Before)]
    [InlineData("UPDATE medstreams", Cut.After)]
    [InlineData("SAVEPOINT", Cut.Before)]
    [InlineData("ROLLBACK TO", Cut.Before)]
    [InlineData("ROLLBACK TO", Cut.After)]
    [InlineData("RELEASE", Cut.Before)]
    [InlineData("TRUNCATE", Cut.After)]
    [InlineData("FOR UPDATE", Cut.Before)]
    [InlineData("FOR UPDATE", Cut.After)]
    public async Task A_connection_cut_within_a_commit_neither_loses_nor_doubles_a_row(string at, object cut)
    {
        var database = await NewAsync();
        await using var proxy = new CuttingProxy(postgres.Server.Port);
        await using var sink = LogSink(database.ConnectionString.Replace(
            $"Port={postgres.Server.Port}", $"Port={proxy.Port}", StringComparison.Ordinal));
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        writer.Put(0, "a");
        writer.Put(1, "b\0");
        writer.Put(2, "c");

        proxy.Arm(at, (Cut)cut);
        List<RejectedRecord> refused = [];
        var error = await Assert.ThrowsAsync<SinkUnavailableException>(async () => await writer.CommitAsync(
            3,
            (records, _) =>
            {
                refused.AddRange(records);
                return ValueTask.CompletedTask;
            },
            Stop));
        Assert.Equal(1, proxy.Cuts);
        Assert.Contains("log", error.Message, StringComparison.Ordinal);
        Assert.True(writer.BufferedBytes > 0);

        writer.Put(3, "d"); // more arrives in the meantime
        refused.AddRange(await writer.CommitPatientlyAsync(4));
        Assert.Equal([1], refused.Select(r => r.Offset)); // once, whichever attempt it was
        Assert.Equal(["0 a", "2 c", "3 d"], await database.RowsAsync("SELECT * FROM log ORDER BY at"));
    }

    [Fact]
    public async Task A_commit_whose_outcome_is_unknown_is_recognised_by_the_next_owner_too()
    {
        var database = await NewAsync();
        await using var proxy = new CuttingProxy(postgres.Server.Port);
        await using var sink = LogSink(database.ConnectionString.Replace(
            $"Port={postgres.Server.Port}", $"Port={proxy.Port}", StringComparison.Ordinal));
        await using (var writer = await sink.ClaimAsync(Counts.Partition, Stop))
        {
            writer.Put(0, "a");
            proxy.Arm("COMMIT\0", Cut.After);
            await Assert.ThrowsAsync<SinkUnavailableException>(async () => await writer.CommitAsync(1));
        }

        await using var direct = LogSink(database.ConnectionString);
        await using var next = await direct.ClaimAsync(Counts.Partition, Stop);
        Assert.Equal(1, next.NextOffset);
        Assert.Equal(["0 a"], await database.RowsAsync("SELECT * FROM log"));
    }

    [Fact]
    public async Task A_server_that_is_away_is_waited_out_with_growing_pauses()
    {
        await using var server = await PrivatePostgres.StartAsync(cancellationToken: Stop);
        var database = new TestDatabase(server.ConnectionString);
        await database.ExecuteAsync(Counts.CreateLog);
        await using var sink = LogSink(server.ConnectionString);
        await using var writer = await sink.ClaimAsync(Counts.Partition, Stop);
        writer.Put(0, "a");
        await writer.CommitAsync(1);

        await server.StopAsync(); // in order: open sessions hear 57P01
        writer.Put(1, "b");
        await Assert.ThrowsAsync<SinkUnavailableException>(async () => await writer.CommitAsync(2));
        await Assert.ThrowsAsync<SinkUnavailableException>(
            async () => await sink.ClaimAsync(Counts.Partition with { Partition = 1 }, Stop));
        var patient = writer.CommitPatientlyAsync(2);
        await server.StartAgainAsync(Stop);
        Assert.Empty(await patient);
        Assert.Equal(["0 a", "1 b"], await database.RowsAsync("SELECT * FROM log ORDER BY at"));
    }

    [Fact]
    public async Task Too_many_connections_are_waited_out()
    {
        await using var server = await PrivatePostgres.StartAsync(cancellationToken: Stop);
        var database = new TestDatabase(server.ConnectionString);
        await database.ExecuteAsync(
            $"{Counts.CreateLog}; CREATE ROLE small LOGIN PASSWORD 'small' CONNECTION LIMIT 1;"
            + "GRANT ALL ON DATABASE postgres TO small; GRANT ALL ON SCHEMA public TO small; GRANT ALL ON log TO small");
        var small = new Npgsql.NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Username = "small",
            Password = "small",
            Pooling = false,
        }.ConnectionString;
        await using var sink = LogSink(small);
        await using (var other = new Npgsql.NpgsqlConnection(small))
        {
            await other.OpenAsync(Stop);
            var error = await Assert.ThrowsAsync<SinkUnavailableException>(
                async () => await sink.ClaimAsync(Counts.Partition, Stop));
            Assert.Contains("53300", error.Message, StringComparison.Ordinal);
        }

        Assert.True(await Waiting.UntilAsync(
            async () =>
            {
                try
                {
                    await sink.ClaimAsync(Counts.Partition, Stop);
                    return true;
                }
                catch (SinkUnavailableException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(20),
            Stop));
    }

    [Fact]
    public async Task An_owner_that_hangs_in_its_transaction_is_ended_by_the_server_and_fenced()
    {
        var database = await NewAsync();
        await using var sink = LogSink(database.ConnectionString);
        await using var zombie = await sink.ClaimAsync(Counts.Partition, Stop);

        // A session that holds the row's lock and then says nothing, as a frozen process would.
        await using var frozen = Npgsql.NpgsqlDataSource.Create(
            database.ConnectionString + ";Options=-c idle_in_transaction_session_timeout=200");
        await using var connection = await frozen.OpenConnectionAsync(Stop);
        await using var transaction = await connection.BeginTransactionAsync(Stop);
        await using var holding = new Npgsql.NpgsqlCommand(
            "SELECT 1 FROM medstreams.sink_partition FOR UPDATE", connection, transaction);
        await holding.ExecuteScalarAsync(Stop);

        await using var owner = await sink.ClaimAsync(Counts.Partition, Stop); // waits for the server to end it
        owner.Put(0, "a");
        await owner.CommitAsync(1);
        zombie.Put(0, "z");
        await Assert.ThrowsAsync<SinkFencedException>(async () => await zombie.CommitAsync(1));
    }

    [Fact]
    public async Task Fifty_kills_at_random_points_leave_every_offset_once()
    {
        await using var server = await PrivatePostgres.StartAsync(cancellationToken: Stop);
        var database = new TestDatabase(server.ConnectionString);
        await database.ExecuteAsync(Counts.CreateLog);
        await using var sink = LogSink(server.ConnectionString);
        var random = new Random(20260105);
        var (kills, rejected) = (0, new List<long>());
        var next = 0L;

        var killing = Task.Run(
            async () =>
            {
                // Fifty at least, and on a slow machine as many as it takes to have hit real work.
                for (; kills < 50 || Volatile.Read(ref next) <= 500; kills++)
                {
                    await Task.Delay(random.Next(0, 60) + (kills < 50 ? 0 : 200), Stop);
                    if (kills % 3 == 1) // of fifty, the last one too
                    {
                        await server.KillAsync();
                        await server.StartAgainAsync(Stop);
                    }
                    else
                    {
                        server.KillChild(random);
                    }
                }
            },
            Stop);

        // Meanwhile one owner after the other writes, as the engine would: patiently, from where the database is.
        while (!killing.IsCompleted)
        {
            await using var writer = await ClaimPatientlyAsync(sink);
            next = writer.NextOffset ?? 0;
            for (var commit = 0; commit < 20 && !killing.IsCompleted; commit++)
            {
                for (var i = 0; i < 5; i++, next++)
                    writer.Put(next, next % 97 == 13 ? "poison\0" : "x");
                rejected.AddRange((await writer.CommitPatientlyAsync(next)).Select(r => r.Offset));
            }

            rejected.AddRange((await writer.CommitPatientlyAsync(next)).Select(r => r.Offset));
        }

        await killing;
        Assert.True(kills >= 50);
        var expectedRefused = Enumerable.Range(0, (int)next).Where(i => i % 97 == 13).Select(i => (long)i).ToList();
        Assert.Equal(expectedRefused, rejected.Order());
        var written = next - expectedRefused.Count;
        Assert.True(next > 500, $"only {next} offsets were written under the kills");
        Assert.Equal(
            [$"{written} {written}"],
            await database.RowsAsync($"SELECT count(*), count(DISTINCT at) FROM log WHERE at < {next}"));
    }

    private static PostgresSink<string, string> LogSink(string connectionString) =>
        new(Counts.Options(connectionString), Counts.Log);

    private static async Task<ISinkWriter<string, string>> ClaimPatientlyAsync(PostgresSink<string, string> sink)
    {
        while (true)
        {
            try
            {
                return await sink.ClaimAsync(Counts.Partition, Stop);
            }
            catch (SinkUnavailableException)
            {
                await Task.Delay(2, Stop);
            }
        }
    }

    private async Task<TestDatabase> NewAsync()
    {
        var database = await postgres.DatabaseAsync();
        await database.ExecuteAsync(Counts.CreateLog);
        return database;
    }
}

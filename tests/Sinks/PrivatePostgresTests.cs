using MedStreams.Local;
using Npgsql;

namespace MedStreams.Sinks.Tests;

public sealed class PrivatePostgresTests
{
    [Fact]
    public async Task A_server_starts_is_killed_and_goes_on_with_what_was_committed()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var server = await PrivatePostgres.StartAsync(cancellationToken: stop);
        await ExecuteAsync(server.ConnectionString, "CREATE TABLE t (x int); INSERT INTO t VALUES (1)");

        await server.KillAsync();
        Assert.False(server.IsRunning);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ExecuteAsync(server.ConnectionString, "SELECT 1"));

        await server.StartAgainAsync(stop);
        Assert.Equal(1L, await ExecuteAsync(server.ConnectionString, "SELECT count(*) FROM t"));
        Assert.Equal(1L, await ExecuteAsync(server.SocketConnectionString, "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_disposed_server_leaves_nothing_behind()
    {
        var server = await PrivatePostgres.StartAsync(cancellationToken: TestContext.Current.CancellationToken);
        await server.KillAsync();
        await server.DisposeAsync();
        Assert.False(Directory.Exists(server.Folder));
        Assert.False(await LocalPorts.AnswersAsync(server.Port, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_child_ends_when_its_starter_is_killed()
    {
        // The starter is a shell that starts a guarded sleep through the same script as GuardedProcess does, so a
        // starter that dies by signal 9 is one whose end of the pipe closes: closing it is the same event.
        var child = GuardedProcess.Start(new GuardedProcessStart("sleep", ["300"]));
        Assert.True(Directory.Exists($"/proc/{child.Id}"));
        child.Abandon();
        Assert.True(await Waiting.UntilAsync(
            () => !Directory.Exists($"/proc/{child.Id}"), TimeSpan.FromSeconds(10),
            TestContext.Current.CancellationToken));
    }

    private static async Task<object?> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}

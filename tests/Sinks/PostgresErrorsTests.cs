using Npgsql;

namespace MedStreams.Sinks.Tests;

public sealed class PostgresErrorsTests
{
    /// <summary>As Npgsql throws when a connection breaks while a command is prepared on it: found by the chaos tests.</summary>
    [Fact]
    public void A_connection_whose_parts_are_disposed_of_already_is_a_server_that_is_away() =>
        Assert.True(PostgresErrors.IsUnavailable(new ObjectDisposedException("System.Threading.ManualResetEventSlim")));

    [Fact]
    public async Task A_data_source_that_was_disposed_of_is_none()
    {
        var source = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        await source.DisposeAsync();
        var error = await Assert.ThrowsAnyAsync<ObjectDisposedException>(async () => await source.OpenConnectionAsync(TestContext.Current.CancellationToken));
        Assert.False(PostgresErrors.IsUnavailable(error), error.ObjectName);
    }
}

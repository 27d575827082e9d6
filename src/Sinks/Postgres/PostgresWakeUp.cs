using MedStreams.Streams;
using Npgsql;

namespace MedStreams.Sinks;

/// <summary>
/// Waits for notifications of a database (<c>NOTIFY channel</c>), which say that there is something to read and nothing more. While the database is away, and where a notification
/// was lost, the longest wait ends it. Used by one thread at a time.
/// </summary>
/// <param name="connectionString">How to connect, as Npgsql takes it; one connection is kept.</param>
/// <param name="channel">The channel; null: only the time is waited for.</param>
/// <param name="longest">The longest wait.</param>
/// <param name="clock">The clock of the wait without a connection.</param>
public sealed class PostgresWakeUp(string connectionString, string? channel, TimeSpan longest, TimeProvider clock) : IAsyncDisposable
{
    private NpgsqlConnection? _connection;

    /// <summary>Waits. Returns at once when it has begun to listen, since what was told before is not known.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="StreamsException">It is no connection string.</exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (channel is not null)
        {
            try
            {
                if (_connection is null)
                    await ListenAsync(channel, cancellationToken);
                else
                    await _connection.WaitAsync(longest, cancellationToken);
                return;
            }
            catch (Exception e) when (PostgresErrors.IsUnavailable(e) || e is PostgresException or InvalidOperationException)
            {
                await DisposeAsync(); // it is away: the next reading tells, and until then time goes by
            }
        }

        await Task.Delay(longest, clock, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        await connection.DisposeAsync();
    }

    private async Task ListenAsync(string name, CancellationToken cancellationToken)
    {
        _connection = new NpgsqlConnection(Settings());
        await _connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand($"LISTEN \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", _connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private string Settings()
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = 30, IncludeErrorDetail = false }.ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StreamsException("The connection string of the database of cards is none; allowed is what Npgsql takes: Host=..;Database=..;Username=..;Password=..", e);
        }
    }
}

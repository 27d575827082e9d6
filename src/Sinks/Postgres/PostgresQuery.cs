using System.Data;
using System.Runtime.CompilerServices;
using MedStreams.Streams;
using Npgsql;

namespace MedStreams.Sinks;

/// <summary>Reads what sinks have written, for checks and displays. Safe for use by several threads.</summary>
public static class PostgresQuery
{
    /// <summary>Runs a query on a connection of its own and reads its rows as they arrive.</summary>
    /// <param name="connectionString">Npgsql's connection string.</param>
    /// <param name="sql">One statement.</param>
    /// <param name="read">Makes a value of the row that the reader stands on.</param>
    /// <param name="cancellationToken">Ends the query.</param>
    /// <exception cref="SinkUnavailableException">The server cannot be reached, or went away in between.</exception>
    /// <exception cref="StreamsException">The server refuses the statement.</exception>
    public static async IAsyncEnumerable<T> RowsAsync<T>(
        string connectionString,
        string sql,
        Func<IDataRecord, T> read,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false, // the next look may come after the server was gone
            IncludeErrorDetail = false,
            Timeout = 5,
        };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await ReachAsync(
            async () =>
            {
                await connection.OpenAsync(cancellationToken);
                return await command.ExecuteReaderAsync(cancellationToken);
            },
            cancellationToken);
        while (await ReachAsync(() => rows.ReadAsync(cancellationToken), cancellationToken))
            yield return read(rows);
    }

    private static async Task<T> ReachAsync<T>(Func<Task<T>> work, CancellationToken stop)
    {
        try
        {
            return await work();
        }
        catch (Exception e) when (PostgresErrors.IsUnavailable(e))
        {
            stop.ThrowIfCancellationRequested();
            throw new SinkUnavailableException(
                $"PostgreSQL cannot be reached: {PostgresErrors.DescribeAny(e)}.", PostgresErrors.Cause(e));
        }
        catch (PostgresException e)
        {
            throw new StreamsException(
                $"PostgreSQL refuses the statement: {PostgresErrors.Describe(e)}.", PostgresErrors.Cause(e));
        }
    }
}

using System.Data;
using MedStreams.Streams;
using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>
/// The database of PACS migrations (schema <c>pacs_migration</c>): what is to be moved, how far it is, and what was tried. All that several machines share
/// of a migration is here and in Kafka. Safe for several threads.
/// </summary>
public sealed class MigrationDatabase : IAsyncDisposable
{
    private const int Attempts = 6; // against deadlocks and serialization failures

    private readonly NpgsqlDataSource _source;

    private MigrationDatabase(PostgresSinkOptions options) => (Options, _source) = (options, PostgresConnections.Create(options, ""));

    internal PostgresSinkOptions Options { get; }

    internal TimeProvider Clock => Options.Clock;

    /// <summary>Connects, and brings the schema up to date unless <see cref="PostgresSinkOptions.ApplyMigrations"/> says no.</summary>
    /// <param name="options">How to connect.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SinkUnavailableException">The server cannot be reached.</exception>
    /// <exception cref="StreamsException">An option is out of its range, or the server refuses.</exception>
    public static async Task<MigrationDatabase> OpenAsync(PostgresSinkOptions options, CancellationToken cancellationToken)
    {
        options.Validate();
        var database = new MigrationDatabase(options);
        try
        {
            if (options.ApplyMigrations)
                await database.ReachAsync(stop => PostgresMigrator.ApplyAsync(database._source, Schema, stop), cancellationToken);
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>One that is only named, as in a topology that is described: it connects when it is first used, and its schema must be there then.</summary>
    /// <param name="options">How to connect.</param>
    /// <exception cref="StreamsException">An option is out of its range.</exception>
    public static MigrationDatabase Named(PostgresSinkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return new MigrationDatabase(options);
    }

    /// <summary>The steps of its schema, those of the fences among them.</summary>
    public static IReadOnlyList<PostgresMigration> Schema { get; } =
        [.. PostgresMigration.BuiltIn("sink"), .. PostgresMigration.BuiltIn("pacs-migration")];

    /// <summary>Closes all connections.</summary>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    /// <summary>Reads, or writes one statement.</summary>
    internal Task<T> RunAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken stop) => ReachAsync(
        async token =>
        {
            await using var connection = await _source.OpenConnectionAsync(token);
            return await WithAsync(connection, () => work(connection, token));
        },
        stop);

    /// <summary>
    /// Runs something in a transaction, all or nothing, again where it lost against another one. Where the connection is lost within the commit, its outcome is unknown:
    /// the caller must be able to do it again.
    /// </summary>
    internal Task<T> TransactAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken stop) => ReachAsync(
        async token =>
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await TransactOnceAsync(work, token);
                }
                catch (PostgresException e) when (attempt < Attempts && PostgresErrors.IsConflict(e))
                {
                    // Rolled back in favour of another transaction, which is through now: again at once.
                }
            }
        },
        stop);

    private async Task<T> TransactOnceAsync<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> work, CancellationToken stop)
    {
        await using var connection = await _source.OpenConnectionAsync(stop);
        return await WithAsync(connection, async () =>
        {
            await using var transaction = await connection.BeginTransactionAsync(stop);
            var result = await work(connection, stop);
            await transaction.CommitAsync(stop);
            return result;
        });
    }

    private static async Task<T> WithAsync<T>(NpgsqlConnection connection, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (InvalidOperationException e) when (e is not ObjectDisposedException && connection.State != ConnectionState.Open)
        {
            // Npgsql's word for a statement on a connection, or a transaction, that was lost a moment before.
            throw new IOException("The connection was lost in between.", e);
        }
    }

    private async Task<T> ReachAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken stop)
    {
        try
        {
            return await work(stop);
        }
        catch (Exception e) when (PostgresErrors.IsUnavailable(e))
        {
            stop.ThrowIfCancellationRequested();
            _source.Clear(); // idle connections to a server that went are of no use
            throw new SinkUnavailableException(
                $"The migration database cannot be reached: {PostgresErrors.DescribeAny(e)}.", PostgresErrors.Cause(e));
        }
        catch (Exception e) when (PostgresErrors.IsConflict(e))
        {
            throw new SinkUnavailableException(
                $"A transaction on the migration database lost against others again and again: {PostgresErrors.DescribeAny(e)}.", PostgresErrors.Cause(e));
        }
        catch (PostgresException e)
        {
            throw new StreamsException(
                $"The migration database refuses a statement: {PostgresErrors.Describe(e)}. Mend the schema or the role's rights, then start again.",
                PostgresErrors.Cause(e));
        }
    }
}

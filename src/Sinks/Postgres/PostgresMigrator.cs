using MedStreams.Streams;
using Npgsql;

namespace MedStreams.Sinks;

/// <summary>
/// Applies migrations: those that are new, in order, in one transaction, under an advisory lock, so that many instances
/// may start at once. Each applied step is kept in <c>medstreams.migration</c> with its checksum.
/// </summary>
public static class PostgresMigrator
{
    private const long LockKey = 0x4D65_6453_7472_6D73; // "MedStrms"

    private const string Prepare =
        """
        CREATE SCHEMA IF NOT EXISTS medstreams;
        CREATE TABLE IF NOT EXISTS medstreams.migration (
            scope      text        NOT NULL,
            version    integer     NOT NULL,
            name       text        NOT NULL,
            checksum   text        NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now(),
            PRIMARY KEY (scope, version)
        )
        """;

    /// <summary>Brings a database up to date. Steps that only the database knows are left alone.</summary>
    /// <returns>How many steps were applied now.</returns>
    /// <exception cref="StreamsException">
    /// A step that was applied has changed since, steps are missing in between, or a step failed; nothing was applied.
    /// </exception>
    /// <exception cref="SinkUnavailableException">The server cannot be reached; nothing was applied.</exception>
    public static async Task<int> ApplyAsync(
        string connectionString, IEnumerable<PostgresMigration> migrations, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(connectionString);
        try
        {
            return await ApplyAsync(dataSource, migrations, cancellationToken);
        }
        catch (Exception e) when (PostgresErrors.IsUnavailable(e))
        {
            throw new SinkUnavailableException(
                $"PostgreSQL cannot be reached for its migrations: {PostgresErrors.DescribeAny(e)}.",
                PostgresErrors.Cause(e));
        }
    }

    internal static async Task<int> ApplyAsync(
        NpgsqlDataSource dataSource, IEnumerable<PostgresMigration> migrations, CancellationToken cancellationToken)
    {
        // The lock comes before the transaction: one that waited within would look into the catalogue with the eyes of
        // the time before, and create again what the other has made.
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync(connection, $"SELECT pg_advisory_lock({LockKey})", cancellationToken);
        try
        {
            return await ApplyLockedAsync(connection, migrations, cancellationToken);
        }
        finally
        {
            if (connection.FullState == System.Data.ConnectionState.Open)
                await ExecuteAsync(connection, $"SELECT pg_advisory_unlock({LockKey})", CancellationToken.None);
        }
    }

    private static async Task<int> ApplyLockedAsync(
        NpgsqlConnection connection, IEnumerable<PostgresMigration> migrations, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await ExecuteAsync(connection, Prepare, cancellationToken);
        var applied = await AppliedAsync(connection, cancellationToken);
        var count = 0;
        foreach (var migration in migrations.OrderBy(m => m.Scope, StringComparer.Ordinal).ThenBy(m => m.Version))
        {
            if (applied.TryGetValue((migration.Scope, migration.Version), out var checksum))
            {
                if (checksum != migration.Checksum)
                    throw new StreamsException($"{Text(migration)} was changed after it was applied: add a new one instead.");
                continue;
            }

            if (migration.Version > 1 && !applied.ContainsKey((migration.Scope, migration.Version - 1)))
                throw new StreamsException($"{Text(migration)} cannot be applied: the one before it is missing.");
            await ApplyAsync(connection, migration, cancellationToken);
            applied.Add((migration.Scope, migration.Version), migration.Checksum);
            count++;
        }

        await transaction.CommitAsync(cancellationToken);
        return count;
    }

    private static async Task ApplyAsync(NpgsqlConnection connection, PostgresMigration migration, CancellationToken stop)
    {
        try
        {
            await ExecuteAsync(connection, migration.Sql, stop);
        }
        catch (PostgresException e) when (!PostgresErrors.IsUnavailable(e))
        {
            throw new StreamsException($"{Text(migration)} failed: {PostgresErrors.Describe(e)}", PostgresErrors.Cause(e));
        }

        await using var insert = new NpgsqlCommand(
            "INSERT INTO medstreams.migration (scope, version, name, checksum) VALUES ($1, $2, $3, $4)", connection)
        {
            Parameters =
            {
                new() { Value = migration.Scope },
                new() { Value = migration.Version },
                new() { Value = migration.Name },
                new() { Value = migration.Checksum },
            },
        };
        await insert.ExecuteNonQueryAsync(stop);
    }

    private static async Task<Dictionary<(string Scope, int Version), string>> AppliedAsync(
        NpgsqlConnection connection, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(
            "SELECT scope, version, checksum FROM medstreams.migration", connection);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var applied = new Dictionary<(string, int), string>();
        while (await reader.ReadAsync(stop))
            applied.Add((reader.GetString(0), reader.GetInt32(1)), reader.GetString(2));
        return applied;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken stop)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(stop);
    }

    private static string Text(PostgresMigration migration) =>
        $"Migration {migration.Scope} {migration.Version:0000} ({migration.Name})";
}

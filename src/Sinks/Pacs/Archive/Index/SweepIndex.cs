using Npgsql;
using NpgsqlTypes;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>What a sweep reads and deletes in the index. Safe for concurrent use.</summary>
internal sealed class SweepIndex(ArchiveDatabase database)
{
    private const int Page = 500;

    private const string IsUnreferenced =
        """
        NOT EXISTS (SELECT FROM medstreams.archive_object o WHERE o.file = f.file) AND NOT EXISTS (SELECT FROM medstreams.archive_staged s WHERE s.file = f.file)
        """;

    /// <summary>Uploads that nobody has gone on with for so long; deleted where that is wanted.</summary>
    public Task<int> AbandonedAsync(TimeSpan after, bool delete, CancellationToken stop)
    {
        const string Which =
            """
            FROM medstreams.archive_upload u WHERE u.touched_at <= now() - $1
            AND NOT EXISTS (SELECT FROM medstreams.archive_staged s WHERE s.upload_id = u.upload_id AND s.staged_at > now() - $1)
            """;
        return database.RunAsync(
            async (connection, token) => delete
                ? await connection.Command($"DELETE {Which}", after).ExecuteAsync(token)
                : (int)await connection.Command($"SELECT count(*) {Which}", after).ScalarAsync<long>(token),
            stop);
    }

    /// <summary>Files that nobody refers to, behind a name, with their bytes.</summary>
    public Task<List<(string File, long Bytes)>> UnreferencedAsync(string behind, CancellationToken stop) => database.RunAsync(
        (connection, token) => connection.Command(
            $"SELECT f.file, f.stored_bytes FROM medstreams.archive_file f WHERE f.file > $1 AND {IsUnreferenced} ORDER BY f.file LIMIT {Page}", behind)
            .ListAsync(row => (row.GetString(0), row.GetInt64(1)), token),
        stop);

    /// <summary>Those of some names that the index does not know.</summary>
    public Task<List<string>> UnknownAsync(string[] names, CancellationToken stop) => database.RunAsync(
        (connection, token) => connection.Command(
            "SELECT n FROM unnest($1) n WHERE NOT EXISTS (SELECT FROM medstreams.archive_file f WHERE f.file = n)",
            new NpgsqlParameter { Value = names, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text }).ListAsync(row => row.GetString(0), token),
        stop);

    /// <summary>
    /// Deletes a file's row and, while the row is locked, the file. Who promises the same content meanwhile waits at the row, and then finds the file gone and
    /// writes it.
    /// </summary>
    /// <returns>False: somebody refers to it.</returns>
    public Task<bool> ForgetAsync(string file, Action<string> delete, CancellationToken stop) => database.RunAsync(
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token);
            try
            {
                if (await connection.Command($"DELETE FROM medstreams.archive_file f WHERE f.file = $1 AND {IsUnreferenced}", file).ExecuteAsync(token) == 0)
                    return false;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation)
            {
                return false; // promised in this very moment
            }

            delete(file);
            await transaction.CommitAsync(token);
            return true;
        },
        stop);

    /// <summary>Deletes a file that has no row, while a row of its name, which is never committed, keeps others away.</summary>
    /// <returns>False: somebody has promised it.</returns>
    public Task<bool> ForgetStrayAsync(string file, Action<string> delete, CancellationToken stop) => database.RunAsync(
        async (connection, token) =>
        {
            await using var transaction = await connection.BeginTransactionAsync(token);
            var isOurs = await connection.Command(
                "INSERT INTO medstreams.archive_file (file, plain_bytes, stored_bytes) VALUES ($1, 0, 0) ON CONFLICT DO NOTHING", file).ExecuteAsync(token) == 1;
            if (isOurs)
                delete(file);
            await transaction.RollbackAsync(token);
            return isOurs;
        },
        stop);
}

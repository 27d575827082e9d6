using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>A task that waits for the topic.</summary>
/// <param name="Position">Its place in the order of all tasks, without gaps, from 1.</param>
/// <param name="StudyUid">The record's key.</param>
/// <param name="Payload">The record's value.</param>
internal readonly record struct OutboxTask(long Position, string StudyUid, byte[] Payload);

/// <summary>What the database knows of the relay.</summary>
/// <param name="Database">Which database this is.</param>
/// <param name="Published">The last position that is known to be in the topic.</param>
internal readonly record struct RelayState(Guid Database, long Published);

/// <summary>The rows of the outbox.</summary>
internal static class OutboxRows
{
    private const string NumberSql =
        """
        WITH fresh AS (
            SELECT outbox_id, row_number() OVER (ORDER BY outbox_id) AS place
            FROM (SELECT outbox_id FROM pacs_migration.outbox WHERE position IS NULL ORDER BY outbox_id LIMIT $1) o),
        numbered AS (
            UPDATE pacs_migration.outbox o SET position = $2 + fresh.place FROM fresh WHERE o.outbox_id = fresh.outbox_id RETURNING o.position)
        UPDATE pacs_migration.relay SET last_position = last_position + (SELECT count(*) FROM numbered)
        """;

    /// <summary>Takes the relay's lease, or prolongs it.</summary>
    /// <returns>The state; null: another has it.</returns>
    public static async Task<RelayState?> LeaseAsync(NpgsqlConnection connection, string owner, TimeSpan lease, CancellationToken stop)
    {
        var found = await connection.Command(
            """
            UPDATE pacs_migration.relay SET lease_owner = $1, lease_until = clock_timestamp() + $2
            WHERE lease_owner IS NULL OR lease_owner = $1 OR lease_until < clock_timestamp() RETURNING database_id, published
            """,
            owner, lease).ListAsync(row => new RelayState(row.GetGuid(0), row.GetInt64(1)), stop);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Gives the lease back.</summary>
    public static Task ReleaseAsync(NpgsqlConnection connection, string owner, CancellationToken stop) => connection.Command(
        "UPDATE pacs_migration.relay SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = $1", owner).ExecuteAsync(stop);

    /// <summary>Keeps what the topic told: positions up to that one are in it. Numbers go on behind it.</summary>
    public static async Task PublishedAsync(NpgsqlConnection connection, long position, CancellationToken stop)
    {
        await connection.Command(
            "UPDATE pacs_migration.relay SET published = greatest(published, $1), last_position = greatest(last_position, $1)", position).ExecuteAsync(stop);
        await connection.Command("DELETE FROM pacs_migration.outbox WHERE position <= $1", position).ExecuteAsync(stop);
    }

    /// <summary>Gives positions to tasks that have none yet, and reads what comes after one; within the caller's transaction.</summary>
    public static async Task<List<OutboxTask>> NextAsync(NpgsqlConnection connection, long after, int count, CancellationToken stop)
    {
        // The lock is a statement of its own: what follows sees all that earlier holders have numbered.
        var last = await connection.Command("SELECT last_position FROM pacs_migration.relay FOR NO KEY UPDATE").ScalarAsync<long>(stop);
        await connection.Command(NumberSql, count, last).ExecuteAsync(stop);
        return await connection.Command(
            "SELECT position, study_uid, payload FROM pacs_migration.outbox WHERE position > $1 ORDER BY position LIMIT $2", after, count).ListAsync(
            row => new OutboxTask(row.GetInt64(0), row.GetString(1), row.GetFieldValue<byte[]>(2)), stop);
    }
}

using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>What was moved lately.</summary>
internal readonly record struct Recent(DateTimeOffset Now, TimeSpan Over, long Studies, long Objects, long Bytes);

/// <summary>Counts for displays.</summary>
internal static class StatusRows
{
    /// <summary>Studies by department and state.</summary>
    public static async Task<IReadOnlyDictionary<string, StudyCounts>> DepartmentsAsync(NpgsqlConnection connection, int run, CancellationToken stop) =>
        (await connection.Command(
            """
            SELECT department, count(*) FILTER (WHERE state IS NULL), count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'running'),
                count(*) FILTER (WHERE state = 'migrated' AND NOT was_there), count(*) FILTER (WHERE state = 'migrated' AND was_there),
                count(*) FILTER (WHERE state = 'failed'), coalesce(sum(expected_objects), 0)::bigint, coalesce(sum(moved_objects), 0)::bigint,
                coalesce(sum(moved_bytes), 0)::bigint
            FROM pacs_migration.record WHERE run_id = $1 GROUP BY department
            """,
            run).ListAsync(
            row => (Department: row.GetString(0), Counts: new StudyCounts(
                row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8), row.GetInt64(9))),
            stop)).ToDictionary(d => d.Department, d => d.Counts, StringComparer.Ordinal);

    /// <summary>Windows by what became of them.</summary>
    public static async Task<WindowCounts> WindowsAsync(NpgsqlConnection connection, int run, CancellationToken stop) => (await connection.Command(
        """
        SELECT count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'open'), count(*) FILTER (WHERE state = 'open' AND failures > 0),
            count(*) FILTER (WHERE alarm IS NOT NULL), coalesce(sum(pages), 0)
        FROM pacs_migration."window" WHERE run_id = $1
        """,
        run).ListAsync(
        row => new WindowCounts((int)row.GetInt64(0), (int)row.GetInt64(1), (int)row.GetInt64(2), (int)row.GetInt64(3), row.GetInt64(4)), stop))[0];

    /// <summary>What was moved within a time that ends now, or since the run was started.</summary>
    public static async Task<Recent> RecentAsync(NpgsqlConnection connection, int run, TimeSpan over, CancellationToken stop) => (await connection.Command(
        """
        WITH since AS (SELECT greatest(now() - $2, started_at) AS at FROM pacs_migration.run WHERE run_id = $1)
        SELECT now(), now() - since.at, count(r.record_id), coalesce(sum(r.moved_objects), 0)::bigint, coalesce(sum(r.moved_bytes), 0)::bigint
        FROM since LEFT JOIN pacs_migration.record r ON r.run_id = $1 AND r.state = 'migrated' AND NOT r.was_there AND r.ended_at >= since.at GROUP BY since.at
        """,
        run, over).ListAsync(
        row => new Recent(row.GetFieldValue<DateTimeOffset>(0), row.GetFieldValue<TimeSpan>(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4)), stop))[0];
}

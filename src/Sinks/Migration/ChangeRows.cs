using System.Globalization;
using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>
/// What changes do to records. All rules of states are in the statements: only a running record changes, only by a word of its last task, and never by one of an earlier attempt.
/// </summary>
internal static class ChangeRows
{
    private const string UpdateSql =
        """
        WITH changed AS (
            UPDATE pacs_migration.record SET
                attempt = greatest(attempt, $3), tries = greatest(tries, $4), state = $5, was_there = $6,
                expected_objects = coalesce($7, expected_objects), expected_bytes = CASE WHEN $7::bigint IS NULL THEN expected_bytes ELSE $8 END,
                expected_digest = CASE WHEN $7::bigint IS NULL THEN expected_digest ELSE $9 END,
                moved_objects = $10, moved_bytes = $11, moved_digest = $12, failure = $13, reason = $14,
                listed_at = coalesce($15, listed_at), started_at = coalesce($16, started_at), collected_at = $17, stored_at = $18,
                ended_at = CASE WHEN $5 = 'running' THEN NULL ELSE $19 END, changed_at = now()
            WHERE record_id = $1 AND task = $2 AND state = 'running' AND ($3 = 0 OR $3 >= attempt)
            RETURNING run_id, study_uid)
        INSERT INTO pacs_migration.alert (run_id, study_uid, kind, text, raised_at) SELECT run_id, study_uid, $20, $21, $19 FROM changed WHERE $20::text IS NOT NULL
        """;

    private const string BeganSql =
        """
        INSERT INTO pacs_migration.attempt (record_id, attempt, task, started_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
        """;

    private const string EndedSql =
        """
        UPDATE pacs_migration.attempt SET ended_at = $4, outcome = $5, failure = $6, reason = $7
        WHERE record_id = $1 AND attempt = $2 AND task = $3 AND outcome IS NULL
        """;

    private const string AlertSql =
        """
        INSERT INTO pacs_migration.alert (run_id, study_uid, kind, text, raised_at) SELECT run_id, study_uid, $2, $3, $4 FROM pacs_migration.record WHERE record_id = $1
        """;

    /// <summary>Adds the statements of a change.</summary>
    public static void Add(NpgsqlBatch batch, long record, MigrationChange change)
    {
        if (change is StudyAlert alert)
            batch.Add(AlertSql, record, Sql.Clean(alert.Kind), Sql.Clean(alert.Text), alert.At.ToUniversalTime());
        else
            Add(batch, record, Checked((StudyChange)change, out var told), told);
    }

    /// <summary>The records of studies.</summary>
    public static async Task<Dictionary<(string Run, string Study), long>> FindAsync(
        NpgsqlConnection connection, IEnumerable<(string Run, string Study)> names, CancellationToken stop)
    {
        var wanted = names.Distinct().ToList();
        var found = await connection.Command(
            """
            SELECT u.name, r.study_uid, r.record_id FROM unnest($1::text[], $2::text[]) AS w (run, study)
            JOIN pacs_migration.run u ON u.name = w.run JOIN pacs_migration.record r ON r.run_id = u.run_id AND r.study_uid = w.study
            """,
            wanted.ConvertAll(w => Sql.Clean(w.Run)).ToArray(), wanted.ConvertAll(w => Sql.Clean(w.Study)).ToArray()).ListAsync(
            row => (Key: (row.GetString(0), row.GetString(1)), Id: row.GetInt64(2)), stop);
        return found.ToDictionary(f => f.Key, f => f.Id);
    }

    private static void Add(NpgsqlBatch batch, long record, StudyChange change, string? alert)
    {
        var at = change.At.ToUniversalTime();
        if (change.Kind == StudyChangeKind.AttemptBegan)
            batch.Add(BeganSql, record, change.Attempt, change.Task, at);
        if (OutcomeOf(change.Kind) is { } outcome)
            batch.Add(EndedSql, record, change.Attempt, change.Task, at, outcome, Sql.Clean(change.Failure), Sql.Clean(change.Reason));
        batch.Add(
            UpdateSql,
            record, change.Task, change.Attempt, change.Tries, StateOf(change.Kind), change.Kind == StudyChangeKind.Skipped,
            change.Expected?.Objects, change.Expected?.Bytes, Sql.Clean(change.Expected?.Digest),
            change.Moved.Objects, change.Moved.Bytes, Sql.Clean(change.Moved.Digest), Sql.Clean(change.Failure), Sql.Clean(change.Reason),
            change.ListedAt?.ToUniversalTime(), change.StartedAt?.ToUniversalTime(), change.CollectedAt?.ToUniversalTime(), change.StoredAt?.ToUniversalTime(),
            at, alert is null ? null : AlertRows.Incomplete, alert);
    }

    /// <summary>A study that is called complete and is not has failed.</summary>
    private static StudyChange Checked(StudyChange change, out string? alert)
    {
        alert = null;
        if (change.Kind != StudyChangeKind.Migrated || change.Moved.IsAll(change.Expected))
            return change;
        alert = string.Create(
            CultureInfo.InvariantCulture, $"It was told to be complete with {change.Moved.Objects} objects of {change.Expected?.Objects ?? 0}, or with others than expected.");
        return change with { Kind = StudyChangeKind.Failed, Failure = AlertRows.Incomplete, Reason = alert };
    }

    private static string StateOf(StudyChangeKind kind) => kind switch
    {
        StudyChangeKind.Migrated or StudyChangeKind.Skipped => "migrated",
        StudyChangeKind.Failed => "failed",
        StudyChangeKind.Returned => "pending",
        _ => "running",
    };

    private static string? OutcomeOf(StudyChangeKind kind) => kind switch
    {
        StudyChangeKind.Migrated or StudyChangeKind.Skipped => "migrated",
        StudyChangeKind.Failed => "failed",
        StudyChangeKind.Returned => "returned",
        StudyChangeKind.AttemptFailed => "retry",
        _ => null,
    };
}

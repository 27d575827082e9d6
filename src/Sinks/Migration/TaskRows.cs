using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>A record on its way from pending to running.</summary>
internal readonly record struct TakenRecord(long RecordId, FedTask Task);

/// <summary>Pending records become tasks in the outbox.</summary>
internal static class TaskRows
{
    private const string TakeSql =
        """
        WITH next AS (
            SELECT r.record_id, row_number() OVER (ORDER BY {0}) AS place,
                (SELECT max(greatest(o.attempt, c.attempt)) FROM pacs_migration.record o LEFT JOIN pacs_migration.collection c USING (record_id)
                    WHERE o.study_uid = r.study_uid) AS attempt
            FROM (
                SELECT * FROM pacs_migration.record r
                WHERE run_id = $1 AND state = 'pending' AND NOT EXISTS (
                    SELECT FROM pacs_migration.record o WHERE o.study_uid = r.study_uid AND o.state = 'running')
                ORDER BY {0} LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED) r),
        numbered AS MATERIALIZED (
            SELECT record_id, attempt, place, nextval('pacs_migration.task_number') AS task FROM (SELECT * FROM next ORDER BY place) n)
        UPDATE pacs_migration.record r
        SET state = 'running', task = n.task, tries = 0, failure = NULL, reason = NULL, queued_at = now(), listed_at = NULL, started_at = NULL, collected_at = NULL,
            stored_at = NULL, ended_at = NULL, changed_at = now(), was_there = false
        FROM numbered n WHERE r.record_id = n.record_id
        RETURNING r.record_id, n.task, n.attempt + 1, r.rank, r.queued_at, {1}
        """;

    /// <summary>Takes the first pending records in an order; they are running from now on. What runs in another run waits.</summary>
    public static async Task<List<TakenRecord>> TakeAsync(
        NpgsqlConnection connection, int run, string name, FeedOrder order, int count, CancellationToken stop)
    {
        var taken = await connection.Command(Statement(order), run, count).ListAsync(
            row => new TakenRecord(
                row.GetInt64(0),
                new FedTask(name, row.GetInt64(1), row.GetInt32(2), ExamRows.Read(row, 5), row.GetInt16(3) == 0, row.GetFieldValue<DateTimeOffset>(4))),
            stop);
        taken.Sort((left, right) => left.Task.Number.CompareTo(right.Task.Number));
        return taken;
    }

    /// <summary>Puts their tasks into the outbox, in their order.</summary>
    public static Task PutAsync(NpgsqlConnection connection, List<TakenRecord> records, TaskPayload payload, CancellationToken stop) => connection.Command(
        """
        INSERT INTO pacs_migration.outbox (study_uid, payload)
        SELECT study_uid, payload FROM unnest($1::text[], $2::bytea[]) WITH ORDINALITY AS t (study_uid, payload, place) ORDER BY place
        """,
        records.Select(r => r.Task.Exam.StudyInstanceUid).ToArray(), records.Select(r => payload(r.Task)).ToArray()).ExecuteAsync(stop);

    private static string Statement(FeedOrder order) => TakeSql
        .Replace("{0}", order switch
        {
            FeedOrder.Time => "rank, exam_at, record_id",
            FeedOrder.Hierarchy => "rank, issuer, patient_id, exam_at, record_id",
            _ => "rank, exam_at DESC, record_id DESC",
        }, StringComparison.Ordinal)
        .Replace("{1}", ExamRows.Columns, StringComparison.Ordinal);
}

using MedStreams.Dicom.Pacs.Differences;
using MedStreams.Dicom.Pacs.Reporting;
using MedStreams.Dicom.Pacs.Verifying;
using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>What reports are made of.</summary>
internal static class ReportRows
{
    private const int Patience = 600; // seconds: millions of rows are counted

    /// <summary>Records by day, department and state. Where the source tells no bytes, those of a complete study are what was expected.</summary>
    public static Task<List<ReportedCell>> CellsAsync(NpgsqlConnection connection, int run, CancellationToken stop) => Patiently(
        connection,
        """
        SELECT study_date, department, CASE WHEN state = 'migrated' THEN CASE WHEN was_there THEN 2 ELSE 1 END WHEN state = 'failed' THEN 3 ELSE 0 END AS kind, count(*),
            coalesce(sum(expected_objects), 0)::bigint,
            coalesce(sum(coalesce(expected_bytes, CASE WHEN state = 'migrated' THEN moved_bytes END)), 0)::bigint,
            coalesce(sum(moved_objects), 0)::bigint, coalesce(sum(moved_bytes), 0)::bigint
        FROM pacs_migration.record WHERE run_id = $1 GROUP BY 1, 2, 3
        """,
        run,
        row => new ReportedCell(
            row.Maybe<DateOnly>(0), row.GetString(1), StateOf(row.GetInt32(2)), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7)),
        stop);

    /// <summary>Failed studies.</summary>
    public static Task<List<ReportedFailure>> FailuresAsync(NpgsqlConnection connection, int run, CancellationToken stop) => Patiently(
        connection,
        """
        SELECT study_uid, department, study_date, tries, coalesce(failure, ''), coalesce(reason, ''), started_at, ended_at
        FROM pacs_migration.record WHERE run_id = $1 AND state = 'failed' ORDER BY study_uid
        """,
        run,
        row => new ReportedFailure(
            row.GetString(0), row.GetString(1), row.Maybe<DateOnly>(2), row.GetInt32(3), row.GetString(4), row.GetString(5), row.Maybe<DateTimeOffset>(6),
            row.Maybe<DateTimeOffset>(7)),
        stop);

    /// <summary>Of studies that this run calls migrated: objects that the ledger does not have as stored. There should be none.</summary>
    public static async Task<IReadOnlyList<StudyDifference>> DifferencesAsync(NpgsqlConnection connection, int run, CancellationToken stop) =>
        [.. (await Patiently(
            connection,
            """
            SELECT r.study_uid, r.study_date, r.department, o.object_id
            FROM pacs_migration.record r JOIN pacs_migration.object o USING (record_id)
            WHERE r.run_id = $1 AND r.state = 'migrated' AND NOT r.was_there AND o.state <> 'stored' ORDER BY r.study_uid, o.ordinal
            """,
            run,
            row => (Study: row.GetString(0), Day: row.Maybe<DateOnly>(1), Department: row.GetString(2), Object: row.GetString(3)),
            stop)).GroupBy(d => (d.Study, d.Day, d.Department)).Select(study => new StudyDifference(study.Key.Study, StudyDifferenceKind.Different)
            {
                StudyDate = study.Key.Day,
                Department = study.Key.Department,
                Objects = [.. study.Select(o => new ObjectDifference(o.Object, DifferenceKind.Missing))],
            })];

    /// <summary>Why the source may have kept studies back, or has some that cannot be moved, when it was last asked for everything.</summary>
    public static Task<List<string>> AlarmsAsync(NpgsqlConnection connection, int run, CancellationToken stop) => Patiently(
        connection,
        $"""
        SELECT DISTINCT a.text FROM pacs_migration.alert a JOIN pacs_migration.run r USING (run_id)
        WHERE run_id = $1 AND a.kind IN ('{AlertRows.Cut}', '{AlertRows.NoUid}') AND a.raised_at >= r.asked_at ORDER BY a.text
        """,
        run, row => row.GetString(0), stop);

    private static ReportedState StateOf(int kind) => kind switch
    {
        1 => ReportedState.Migrated,
        2 => ReportedState.Skipped,
        3 => ReportedState.Failed,
        _ => ReportedState.Open,
    };

    private static async Task<List<T>> Patiently<T>(NpgsqlConnection connection, string sql, int run, Func<NpgsqlDataReader, T> read, CancellationToken stop)
    {
        await connection.Command($"SET LOCAL statement_timeout = {Patience * 1000}").ExecuteAsync(stop);
        var command = connection.Command(sql, run);
        command.CommandTimeout = Patience;
        return await command.ListAsync(read, stop);
    }
}

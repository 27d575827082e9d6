using MedStreams.Dicom.Pacs.Reporting;
using MedStreams.Streams;

namespace MedStreams.Sinks.Migration;

/// <summary>How far a run is. Bytes are those that digests count.</summary>
/// <param name="WindowsDone">Pieces of the source that were read.</param>
/// <param name="WindowsOpen">Pieces that are left.</param>
/// <param name="Unknown">Studies that were not yet compared with the target.</param>
/// <param name="Pending">Studies that wait.</param>
/// <param name="Running">Studies in the queue or on their way.</param>
/// <param name="Migrated">Studies that this run brought.</param>
/// <param name="Skipped">Studies that were there before.</param>
/// <param name="Failed">Studies that could not be moved.</param>
/// <param name="Objects">Objects that this run has stored so far.</param>
/// <param name="Bytes">Their bytes.</param>
public sealed record RunProgress(
    long WindowsDone, long WindowsOpen, long Unknown, long Pending, long Running, long Migrated, long Skipped, long Failed, long Objects, long Bytes)
{
    /// <summary>Studies that are not done yet.</summary>
    public long Open => Unknown + Pending + Running;

    /// <summary>All studies that are known.</summary>
    public long Known => Open + Migrated + Skipped + Failed;

    /// <summary>Whether nothing is left to do.</summary>
    public bool IsOver => WindowsOpen == 0 && Open == 0;
}

/// <summary>An alert that was raised.</summary>
/// <param name="Id">Its number; it grows.</param>
/// <param name="RaisedAt">When.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Study">Which study; null: none.</param>
/// <param name="Text">Why, without patient data.</param>
public sealed record RaisedAlert(long Id, DateTimeOffset RaisedAt, string Kind, string? Study, string Text);

/// <summary>Figures of runs, for displays and reports. Safe for several threads.</summary>
/// <param name="database">Where runs are.</param>
public sealed class RunFigures(MigrationDatabase database)
{
    /// <summary>How far a run is.</summary>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<RunProgress> ProgressAsync(int run, CancellationToken cancellationToken) => database.RunAsync(
        async (connection, stop) =>
        {
            var windows = await connection.Command(
                "SELECT count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'open') FROM pacs_migration.\"window\" WHERE run_id = $1", run)
                .ListAsync(row => (Done: row.GetInt64(0), Open: row.GetInt64(1)), stop);
            return (await connection.Command(
                """
                SELECT count(*) FILTER (WHERE state IS NULL), count(*) FILTER (WHERE state = 'pending'), count(*) FILTER (WHERE state = 'running'),
                    count(*) FILTER (WHERE state = 'migrated' AND NOT was_there), count(*) FILTER (WHERE state = 'migrated' AND was_there),
                    count(*) FILTER (WHERE state = 'failed'), coalesce(sum(moved_objects) FILTER (WHERE state IN ('running', 'migrated') AND NOT was_there), 0)::bigint,
                    coalesce(sum(moved_bytes) FILTER (WHERE state IN ('running', 'migrated') AND NOT was_there), 0)::bigint
                FROM pacs_migration.record WHERE run_id = $1
                """,
                run).ListAsync(
                row => new RunProgress(
                    windows[0].Done, windows[0].Open, row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5),
                    row.GetInt64(6), row.GetInt64(7)),
                stop))[0];
        },
        cancellationToken);

    /// <summary>Records by day, department and state (S3.12).</summary>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<List<ReportedCell>> CellsAsync(int run, CancellationToken cancellationToken) => database.RunAsync(
        (connection, stop) => connection.Command(
            """
            SELECT study_date, department, CASE WHEN state = 'migrated' AND was_there THEN 'skipped' ELSE state END AS told, count(*),
                coalesce(sum(coalesce(expected_objects, instances)), 0)::bigint, coalesce(sum(coalesce(expected_bytes, moved_bytes)), 0)::bigint,
                coalesce(sum(moved_objects), 0)::bigint, coalesce(sum(moved_bytes), 0)::bigint
            FROM pacs_migration.record WHERE run_id = $1 GROUP BY 1, 2, 3
            """,
            run).ListAsync(
            row => new ReportedCell(
                row.Maybe<DateOnly>(0), row.GetString(1), StateOf(row.MaybeText(2)), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7)),
            stop),
        cancellationToken);

    /// <summary>Studies that failed, the first ones by UID.</summary>
    /// <param name="run">The run.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<List<ReportedFailure>> FailuresAsync(int run, int most, CancellationToken cancellationToken) => database.RunAsync(
        (connection, stop) => connection.Command(
            """
            SELECT study_uid, department, study_date, tries, coalesce(failure, ''), coalesce(reason, ''), started_at, ended_at
            FROM pacs_migration.record WHERE run_id = $1 AND state = 'failed' ORDER BY study_uid LIMIT $2
            """,
            run, most).ListAsync(
            row => new ReportedFailure(
                row.GetString(0), row.GetString(1), row.Maybe<DateOnly>(2), row.GetInt32(3), row.GetString(4), row.GetString(5), row.Maybe<DateTimeOffset>(6),
                row.Maybe<DateTimeOffset>(7)),
            stop),
        cancellationToken);

    /// <summary>Why the source may have kept studies back, window by window.</summary>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<List<string>> AlarmsAsync(int run, CancellationToken cancellationToken) => database.RunAsync(
        (connection, stop) => connection.Command(
            """
            SELECT CASE kind WHEN 'days' THEN first_day || '..' || last_day ELSE kind END || ': ' || alarm
            FROM pacs_migration."window" WHERE run_id = $1 AND alarm IS NOT NULL ORDER BY window_id
            """,
            run).ListAsync(row => row.GetString(0), stop),
        cancellationToken);

    /// <summary>The last alerts, the oldest of them first.</summary>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<List<RaisedAlert>> LastAlertsAsync(int run, int most, CancellationToken cancellationToken) => database.RunAsync(
        (connection, stop) => connection.Command(
            """
            SELECT * FROM (
                SELECT alert_id, raised_at, kind, study_uid, text FROM pacs_migration.alert WHERE run_id = $1 ORDER BY alert_id DESC LIMIT $2) a
            ORDER BY alert_id
            """,
            run, most).ListAsync(
            row => new RaisedAlert(row.GetInt64(0), row.GetFieldValue<DateTimeOffset>(1), row.GetString(2), row.MaybeText(3), row.GetString(4)), stop),
        cancellationToken);

    private static ReportedState StateOf(string? state) => state switch
    {
        "migrated" => ReportedState.Migrated,
        "skipped" => ReportedState.Skipped,
        "failed" => ReportedState.Failed,
        _ => ReportedState.Open,
    };
}

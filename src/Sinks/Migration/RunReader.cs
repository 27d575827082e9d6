using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Differences;
using MedStreams.Dicom.Pacs.Reporting;
using MedStreams.Streams;
using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>Reads how far runs are, for displays and reports; each answer is of one moment. Safe for several threads.</summary>
/// <param name="database">Where runs are.</param>
public sealed class RunReader(MigrationDatabase database)
{
    /// <summary>How far a run is.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="rateOver">Over which time rates are taken, more than 0.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The status; null where there is no such run.</returns>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<RunStatus?> StatusAsync(string run, TimeSpan rateOver, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(rateOver, TimeSpan.Zero);
        return LookAsync(
            run,
            async (connection, found, stop) =>
            {
                var departments = await StatusRows.DepartmentsAsync(connection, found.Id, stop);
                var recent = await StatusRows.RecentAsync(connection, found.Id, rateOver, stop);
                return new RunStatus
                {
                    Run = found,
                    At = recent.Now,
                    Windows = await StatusRows.WindowsAsync(connection, found.Id, stop),
                    Studies = departments.Values.Aggregate(default(StudyCounts), static (sum, counts) => sum + counts),
                    Departments = departments,
                    TasksWaiting = await connection.Command("SELECT count(*) FROM pacs_migration.outbox").ScalarAsync<long>(stop),
                    Alerts = await connection.Command("SELECT count(*) FROM pacs_migration.alert WHERE run_id = $1", found.Id).ScalarAsync<long>(stop),
                    RecentStudies = recent.Studies,
                    RecentObjects = recent.Objects,
                    RecentBytes = recent.Bytes,
                    RateOver = recent.Over,
                };
            },
            cancellationToken);
    }

    /// <summary>The report of a run (S3.12), of what the database knows.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="level">How closely the target was looked at.</param>
    /// <param name="comparison">What a comparison of both PACS found, beside what the database tells; null: none was made.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The report; null where there is no such run.</returns>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<RunReport?> ReportAsync(
        string run, VerificationLevel level, Comparison? comparison, CancellationToken cancellationToken) => LookAsync(
        run,
        async (connection, found, stop) =>
        {
            var differences = comparison?.Differences ?? [];
            var told = differences.Select(d => d.StudyInstanceUid).ToHashSet(StringComparer.Ordinal);
            var known = await ReportRows.DifferencesAsync(connection, found.Id, stop);
            return new RunReport(
                new ReportedRun
                {
                    Name = found.Name,
                    Source = found.Options.Source,
                    Target = found.Options.Target,
                    FirstDay = found.Options.FirstDay,
                    LastDay = found.Options.LastDay,
                    Level = level,
                    StartedAt = found.CreatedAt,
                    ReportedAt = (await connection.Command("SELECT now()").ListAsync(static row => row.GetFieldValue<DateTimeOffset>(0), stop))[0],
                    IsEnumerated = await WindowRows.LeftAsync(connection, found.Id, stop) == WindowsLeft.None,
                },
                await ReportRows.CellsAsync(connection, found.Id, stop),
                await ReportRows.FailuresAsync(connection, found.Id, stop),
                [.. differences, .. known.Where(d => !told.Contains(d.StudyInstanceUid))],
                await ReportRows.AlarmsAsync(connection, found.Id, stop))
            {
                Comparison = comparison?.Summary,
            };
        },
        cancellationToken);

    /// <summary>Studies that failed, with their reasons, in the order of their UIDs.</summary>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<List<ReportedFailure>?> FailuresAsync(string run, CancellationToken cancellationToken) => LookAsync(
        run, static (connection, found, stop) => ReportRows.FailuresAsync(connection, found.Id, stop), cancellationToken);

    /// <summary>Alerts in their order.</summary>
    /// <param name="run">The run's name.</param>
    /// <param name="after">Those with larger numbers only; 0: all.</param>
    /// <param name="most">How many at most.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<List<RunAlert>?> AlertsAsync(string run, long after, int most, CancellationToken cancellationToken) => LookAsync(
        run,
        (connection, found, stop) => connection.Command(
            "SELECT alert_id, study_uid, kind, text, raised_at FROM pacs_migration.alert WHERE run_id = $1 AND alert_id > $2 ORDER BY alert_id LIMIT $3",
            found.Id, after, most).ListAsync(
            static row => new RunAlert(row.GetInt64(0), row.MaybeText(1), row.GetString(2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4)), stop),
        cancellationToken);

    /// <summary>All attempts of a study, for who asks what became of it.</summary>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<List<StudyAttempt>?> AttemptsAsync(string run, string study, CancellationToken cancellationToken) => LookAsync(
        run,
        (connection, found, stop) => connection.Command(
            """
            SELECT a.attempt, a.task, a.started_at, a.ended_at, a.outcome, a.failure, a.reason FROM pacs_migration.attempt a JOIN pacs_migration.record r USING (record_id)
            WHERE r.run_id = $1 AND r.study_uid = $2 ORDER BY a.attempt
            """,
            found.Id, study).ListAsync(
            static row => new StudyAttempt(
                row.GetInt32(0), row.GetInt64(1), row.GetFieldValue<DateTimeOffset>(2), row.Maybe<DateTimeOffset>(3), row.MaybeText(4), row.MaybeText(5), row.MaybeText(6)),
            stop),
        cancellationToken);

    /// <summary>Looks at a run in a snapshot, so that all that is read is of one moment.</summary>
    private Task<T?> LookAsync<T>(string run, Func<NpgsqlConnection, MigrationRun, CancellationToken, Task<T>> look, CancellationToken cancellationToken)
        where T : class => database.TransactAsync(
        async (connection, stop) =>
        {
            await connection.Command("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY").ExecuteAsync(stop);
            return await MigrationRuns.FindAsync(connection, run, stop) is { } found ? await look(connection, found, stop) : null;
        },
        cancellationToken);
}

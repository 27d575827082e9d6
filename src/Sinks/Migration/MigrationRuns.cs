using MedStreams.Streams;
using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>Starts, finds, holds and lets go runs. Safe for several threads and machines.</summary>
/// <param name="database">Where they are.</param>
public sealed class MigrationRuns(MigrationDatabase database)
{
    private const string Columns =
        """
        run_id, name, source, target, first_day, last_day, step_days, page_size, feed_order, capacity, paused, starts, created_at, started_at,
        EXISTS (SELECT FROM pacs_migration."window" w WHERE w.run_id = r.run_id AND kind = 'undated'),
        EXISTS (SELECT FROM pacs_migration."window" w WHERE w.run_id = r.run_id AND kind = 'everything')
        """;

    private static readonly string[] Orders = ["time", "newest-first", "hierarchy", "priors-first"];

    /// <summary>
    /// Starts a run, or goes on with the one of that name: it is no longer held, and what has failed is pending again (S3.3). Order and capacity may differ from the
    /// last time; days, step and peers may not.
    /// </summary>
    /// <param name="options">What it is to move.</param>
    /// <param name="enumerateAgain">Whether the source is asked for all its windows again, for what has come since; records that are known stay as they are.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="StreamsException">An option is out of its range, or a run of that name moves something else.</exception>
    /// <exception cref="SinkUnavailableException">The database cannot be reached; the same again is safe.</exception>
    public Task<MigrationRun> StartAsync(MigrationRunOptions options, bool enumerateAgain, CancellationToken cancellationToken)
    {
        options.Validate();
        return database.TransactAsync((connection, stop) => StartAsync(connection, options, enumerateAgain, stop), cancellationToken);
    }

    /// <summary>A run by its name; null: there is none.</summary>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<MigrationRun?> FindAsync(string name, CancellationToken cancellationToken) => database.RunAsync(
        (connection, stop) => FindAsync(connection, name, stop), cancellationToken);

    /// <summary>All runs, in the order in which they were first started.</summary>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<List<MigrationRun>> ListAsync(CancellationToken cancellationToken) => database.RunAsync(
        (connection, stop) => connection.Command($"SELECT {Columns} FROM pacs_migration.run r ORDER BY run_id").ListAsync(Read, stop), cancellationToken);

    /// <summary>Holds a run, or lets it go on. What is in the queue already comes to its end.</summary>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task SetPausedAsync(int run, bool paused, CancellationToken cancellationToken) => database.RunAsync(
        (connection, stop) => connection.Command("UPDATE pacs_migration.run SET paused = $2 WHERE run_id = $1", run, paused).ExecuteAsync(stop),
        cancellationToken);

    /// <summary>Turns what has failed back into pending.</summary>
    /// <param name="run">The run.</param>
    /// <param name="department">Of which department; null: of all.</param>
    /// <param name="study">Which study; null: all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>How many.</returns>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<int> RetryAsync(int run, string? department, string? study, CancellationToken cancellationToken) => database.RunAsync(
        (connection, stop) => connection.Command(
            $"""
             {PendingAgain} WHERE run_id = $1 AND state = 'failed'
             AND ($2::text IS NULL OR department = $2) AND ($3::text IS NULL OR study_uid = $3)
             """,
            run, department, study).ExecuteAsync(stop),
        cancellationToken);

    /// <summary>
    /// Turns what is in the queue or on its way back into pending: for a queue that was lost, with its topics. Whoever still works on one is outdated by its next task.
    /// </summary>
    /// <returns>How many.</returns>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task<int> ReleaseAsync(int run, CancellationToken cancellationToken) => database.RunAsync(
        (connection, stop) => connection.Command($"{PendingAgain} WHERE run_id = $1 AND state = 'running'", run).ExecuteAsync(stop), cancellationToken);

    /// <summary>Says which patients are expected: their studies go first, in every run and order. The list replaces the one before.</summary>
    /// <param name="appointments">The patients; none: no one goes first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="SinkUnavailableException">The database cannot be reached.</exception>
    public Task SetAppointmentsAsync(IReadOnlyCollection<Appointment> appointments, CancellationToken cancellationToken) => database.TransactAsync(
        async (connection, stop) =>
        {
            await connection.Command("LOCK TABLE pacs_migration.appointment IN SHARE ROW EXCLUSIVE MODE; DELETE FROM pacs_migration.appointment").ExecuteAsync(stop);
            await connection.Command(
                """
                INSERT INTO pacs_migration.appointment (patient_id, issuer, starts_at)
                SELECT patient_id, issuer, min(starts_at) FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS a (patient_id, issuer, starts_at) GROUP BY 1, 2
                """,
                appointments.Select(a => Sql.Clean(a.PatientId)).ToArray(),
                appointments.Select(a => Sql.Clean(a.Issuer)).ToArray(),
                appointments.Select(a => a.At?.ToUniversalTime()).ToArray()).ExecuteAsync(stop);
            return await connection.Command(
                $"""
                 UPDATE pacs_migration.record r SET rank = {RankOf("r.patient_id", "r.issuer")}
                 WHERE (state IS NULL OR state IN ('pending', 'failed')) AND rank <> {RankOf("r.patient_id", "r.issuer")}
                 """).ExecuteAsync(stop);
        },
        cancellationToken);

    internal const string PendingAgain = "UPDATE pacs_migration.record SET state = 'pending', ended_at = NULL, changed_at = now()";

    /// <summary>0 for patients of the list, 1 for others.</summary>
    internal static string RankOf(string patient, string issuer) =>
        $"""
         (CASE WHEN {patient} <> '' AND EXISTS (
             SELECT FROM pacs_migration.appointment a WHERE a.patient_id = {patient} AND a.issuer IN ('', {issuer})) THEN 0 ELSE 1 END)
         """;

    internal static string Name(FeedOrder order) => Orders[(int)order];

    internal static FeedOrder OrderOf(string name) => (FeedOrder)Array.IndexOf(Orders, name);

    private static async Task<MigrationRun> StartAsync(NpgsqlConnection connection, MigrationRunOptions options, bool again, CancellationToken stop)
    {
        await connection.Command(
            """
            INSERT INTO pacs_migration.run (name, source, target, first_day, last_day, step_days, page_size, feed_order, capacity)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (name) DO UPDATE SET feed_order = EXCLUDED.feed_order, capacity = EXCLUDED.capacity, page_size = EXCLUDED.page_size
            """,
            options.Name, options.Source, options.Target, options.FirstDay, options.LastDay, options.StepDays, options.PageSize,
            Name(options.Order), options.Capacity).ExecuteAsync(stop); // and the row is ours until the end
        var known = await FindAsync(connection, options.Name, stop) ?? throw new InvalidOperationException("The run was not inserted.");
        if (known.Starts == 0)
            await WindowRows.CreateAsync(connection, known.Id, options, stop);
        else if (known.Options != options)
            throw new StreamsException($"The run {options.Name} moves other days, in other steps or between other peers: give this one a name of its own.");
        else if (again)
            await WindowRows.OpenAgainAsync(connection, known.Id, stop);

        await connection.Command($"{PendingAgain} WHERE run_id = $1 AND state = 'failed'", known.Id).ExecuteAsync(stop);
        await connection.Command(
            "UPDATE pacs_migration.run SET paused = false, starts = starts + 1, started_at = now() WHERE run_id = $1", known.Id).ExecuteAsync(stop);
        return await FindAsync(connection, options.Name, stop) ?? throw new InvalidOperationException("The run is gone.");
    }

    internal static async Task<MigrationRun?> FindAsync(NpgsqlConnection connection, string name, CancellationToken stop) =>
        (await connection.Command($"SELECT {Columns} FROM pacs_migration.run r WHERE name = $1", name).ListAsync(Read, stop)).SingleOrDefault();

    private static MigrationRun Read(NpgsqlDataReader row) => new(
        row.GetInt32(0),
        new MigrationRunOptions
        {
            Name = row.GetString(1),
            Source = row.GetString(2),
            Target = row.GetString(3),
            FirstDay = row.GetFieldValue<DateOnly>(4),
            LastDay = row.GetFieldValue<DateOnly>(5),
            StepDays = row.GetInt32(6),
            PageSize = row.GetInt32(7),
            Order = OrderOf(row.GetString(8)),
            Capacity = row.GetInt32(9),
            Undated = row.GetBoolean(14),
            Reconcile = row.GetBoolean(15),
        },
        row.GetBoolean(10), row.GetInt32(11), row.GetFieldValue<DateTimeOffset>(12), row.GetFieldValue<DateTimeOffset>(13));
}

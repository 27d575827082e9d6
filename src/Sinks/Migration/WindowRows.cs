using MedStreams.Dicom.Pacs;
using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>A window that one enumerator reads, as long as its lease lasts.</summary>
/// <param name="Run">The run.</param>
/// <param name="Id">Its number within the run.</param>
/// <param name="Epoch">Raised by each claim: who holds an older one is too late.</param>
/// <param name="Window">What is asked for.</param>
/// <param name="Continuation">Where the next page begins; null: at the beginning.</param>
/// <param name="PageSize">Examinations in a page.</param>
/// <param name="FirstDay">The run's first day.</param>
/// <param name="LastDay">The run's last day.</param>
/// <param name="Undated">Whether the run moves examinations without a date.</param>
internal sealed record ClaimedWindow(
    int Run, int Id, long Epoch, ExamWindow Window, string? Continuation, int PageSize, DateOnly FirstDay, DateOnly LastDay, bool Undated);

/// <summary>What can be said of a run's windows when none can be claimed.</summary>
internal enum WindowsLeft
{
    /// <summary>All are read.</summary>
    None,

    /// <summary>Some are not, but others read them, or they wait after a failure, or the run is held.</summary>
    Later,
}

/// <summary>The rows of windows.</summary>
internal static class WindowRows
{
    private const string ClaimSql =
        """
        WITH next AS (
            SELECT run_id, window_id FROM pacs_migration."window" w
            WHERE run_id = $1 AND state = 'open'
              AND (lease_until IS NULL OR lease_until < clock_timestamp()) AND (not_before IS NULL OR not_before <= clock_timestamp())
              AND (kind <> 'everything' OR NOT EXISTS (
                  SELECT FROM pacs_migration."window" o WHERE o.run_id = $1 AND o.state = 'open' AND o.kind <> 'everything'))
            ORDER BY priority, window_id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
        UPDATE pacs_migration."window" w
        SET lease_epoch = lease_epoch + 1, lease_owner = $2, lease_until = clock_timestamp() + $3
        FROM next, pacs_migration.run r
        WHERE w.run_id = next.run_id AND w.window_id = next.window_id AND r.run_id = w.run_id AND NOT r.paused
        RETURNING w.window_id, w.lease_epoch, w.kind, w.first_day, w.last_day, w.continuation, r.page_size, r.first_day, r.last_day,
            EXISTS (SELECT FROM pacs_migration."window" u WHERE u.run_id = $1 AND u.kind = 'undated')
        """;

    /// <summary>Cuts a run's days into steps, and adds the bucket of those without a date and the look at everything.</summary>
    public static async Task CreateAsync(NpgsqlConnection connection, int run, MigrationRunOptions options, CancellationToken stop)
    {
        var windows = Cut(options.FirstDay, options.LastDay, options.StepDays).ToList();
        var newest = options.Order is FeedOrder.NewestFirst or FeedOrder.PriorsFirst;
        await connection.Command(
            """
            INSERT INTO pacs_migration."window" (run_id, window_id, kind, first_day, last_day, priority)
            SELECT $1, n, 'days', first_day, last_day, CASE WHEN $4 THEN -n ELSE n END
            FROM unnest($2::date[], $3::date[]) WITH ORDINALITY AS d (first_day, last_day, n)
            """,
            run, windows.Select(w => w.From).ToArray(), windows.Select(w => w.To).ToArray(), newest).ExecuteAsync(stop);
        if (options.Undated)
            await AddAsync("undated", windows.Count + 1);
        if (options.Reconcile)
            await AddAsync("everything", windows.Count + 2);

        Task AddAsync(string kind, int id) => connection.Command(
            "INSERT INTO pacs_migration.\"window\" (run_id, window_id, kind, priority) VALUES ($1, $2, $3, $2)", run, id, kind).ExecuteAsync(stop);
    }

    /// <summary>The steps of a range: each of so many days, the last of what is left.</summary>
    public static IEnumerable<(DateOnly From, DateOnly To)> Cut(DateOnly first, DateOnly last, int step)
    {
        for (var number = first.DayNumber; number <= last.DayNumber; number += step)
            yield return (DateOnly.FromDayNumber(number), DateOnly.FromDayNumber(Math.Min(number + step - 1, last.DayNumber)));
    }

    /// <summary>Adds the two halves of a window of several days.</summary>
    public static async Task SplitAsync(NpgsqlConnection connection, ClaimedWindow window, CancellationToken stop)
    {
        var (from, to) = (window.Window.From, window.Window.To);
        var middle = DateOnly.FromDayNumber(from.DayNumber + ((to.DayNumber - from.DayNumber) / 2));
        await connection.Command("SELECT FROM pacs_migration.run WHERE run_id = $1 FOR NO KEY UPDATE", window.Run).ExecuteAsync(stop); // for the numbers
        await connection.Command(
            """
            INSERT INTO pacs_migration."window" (run_id, window_id, kind, first_day, last_day, priority)
            SELECT $1, (SELECT max(window_id) FROM pacs_migration."window" WHERE run_id = $1) + n, 'days', h.first_day, h.last_day, w.priority
            FROM unnest($3::date[], $4::date[]) WITH ORDINALITY AS h (first_day, last_day, n), pacs_migration."window" w WHERE w.run_id = $1 AND w.window_id = $2
            """,
            window.Run, window.Id, new[] { from, middle.AddDays(1) }, new[] { middle, to }).ExecuteAsync(stop);
    }

    /// <summary>Has all windows read again from their beginnings; whoever reads one now is too late, and what was odd about earlier answers no longer counts.</summary>
    public static Task OpenAgainAsync(NpgsqlConnection connection, int run, CancellationToken stop) => connection.Command(
        """
        WITH asked AS (UPDATE pacs_migration.run SET asked_at = now() WHERE run_id = $1)
        UPDATE pacs_migration."window" SET state = 'open', continuation = NULL, pages = 0, exams = 0, added = 0, outside = 0, alarm = NULL, failures = 0,
            error = NULL, not_before = NULL, lease_epoch = lease_epoch + 1, lease_owner = NULL, lease_until = NULL, done_at = NULL
        WHERE run_id = $1
        """,
        run).ExecuteAsync(stop);

    /// <summary>Takes the next window that nobody reads. Everything comes after all others, so that what it adds is what they missed.</summary>
    public static async Task<ClaimedWindow?> ClaimAsync(
        NpgsqlConnection connection, int run, string owner, TimeSpan lease, CancellationToken stop) =>
        (await connection.Command(ClaimSql, run, owner, lease).ListAsync(
            row => new ClaimedWindow(
                run, row.GetInt32(0), row.GetInt64(1), WindowOf(row), row.MaybeText(5), row.GetInt32(6),
                row.GetFieldValue<DateOnly>(7), row.GetFieldValue<DateOnly>(8), row.GetBoolean(9)),
            stop)).SingleOrDefault();

    /// <summary>Whether there is anything left to read.</summary>
    public static async Task<WindowsLeft> LeftAsync(NpgsqlConnection connection, int run, CancellationToken stop) =>
        await connection.Command("SELECT EXISTS (SELECT FROM pacs_migration.\"window\" WHERE run_id = $1 AND state = 'open')", run)
            .ScalarAsync<bool>(stop)
            ? WindowsLeft.Later
            : WindowsLeft.None;

    /// <summary>Gives a window back for others, or for later; nothing happens where the lease was lost.</summary>
    public static Task ReleaseAsync(NpgsqlConnection connection, ClaimedWindow window, CancellationToken stop) => connection.Command(
        "UPDATE pacs_migration.\"window\" SET lease_owner = NULL, lease_until = NULL WHERE run_id = $1 AND window_id = $2 AND lease_epoch = $3",
        window.Run, window.Id, window.Epoch).ExecuteAsync(stop);

    /// <summary>Keeps that the source did not answer, and lets the window rest.</summary>
    /// <returns>How often in a row; null: the lease was lost.</returns>
    public static async Task<int?> FailAsync(NpgsqlConnection connection, ClaimedWindow window, string error, TimeSpan first, TimeSpan longest, CancellationToken stop)
    {
        var failures = await connection.Command(
            """
            UPDATE pacs_migration."window"
            SET failures = failures + 1, error = $4, lease_owner = NULL, lease_until = NULL,
                not_before = clock_timestamp() + least($5 * power(2, least(failures, 30)), $6)
            WHERE run_id = $1 AND window_id = $2 AND lease_epoch = $3 RETURNING failures
            """,
            window.Run, window.Id, window.Epoch, Sql.Clean(error), first, longest).ListAsync(row => row.GetInt32(0), stop);
        return failures.Count == 0 ? null : failures[0];
    }

    private static ExamWindow WindowOf(NpgsqlDataReader row) => row.GetString(2) switch
    {
        "days" => ExamWindow.Days(row.GetFieldValue<DateOnly>(3), row.GetFieldValue<DateOnly>(4)),
        "undated" => ExamWindow.WithoutDate,
        _ => ExamWindow.Everything,
    };
}

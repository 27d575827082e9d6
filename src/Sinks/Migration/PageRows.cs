using System.Globalization;
using System.Text.Json;
using MedStreams.Dicom.Pacs;
using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>What became of a page.</summary>
internal enum PageOutcome
{
    /// <summary>It is in the database; the window goes on.</summary>
    More,

    /// <summary>It is in the database, and was the last of its window.</summary>
    Done,

    /// <summary>It is in the database; the run is held, and the window was given back.</summary>
    Held,

    /// <summary>Somebody else reads the window: nothing was written.</summary>
    Lost,
}

/// <summary>
/// Writes pages: all examinations of a page and the place where the next one begins, or nothing (S3.1). An examination that is known already stays
/// as it is.
/// </summary>
internal static class PageRows
{
    private const int LongestUid = 128; // 64 by the standard; what is no text at all is told, not moved

    private static readonly string InsertSql =
        $"""
         INSERT INTO pacs_migration.record (run_id, window_id, study_uid, patient_id, issuer, patient_name, accession, study_date, study_time, exam_at,
             department, description, modalities, series, instances, attributes, rank)
         SELECT $1, $2, study_uid, patient_id, issuer, patient_name, accession, study_date, study_time,
             coalesce(study_date, '0001-01-01'::date) + coalesce(study_time, '00:00'::time),
             department, description, modalities, series, instances, attributes::jsonb, {MigrationRuns.RankOf("e.patient_id", "e.issuer")}
         FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::date[], $9::time[], $10::text[], $11::text[], $12::text[], $13::int[],
             $14::int[], $15::text[]) AS e (study_uid, patient_id, issuer, patient_name, accession, study_date, study_time, department, description,
             modalities, series, instances, attributes)
         ON CONFLICT (run_id, study_uid) DO NOTHING
         """;

    private const string AdvanceSql =
        """
        UPDATE pacs_migration."window" w
        SET continuation = $4, pages = pages + 1, exams = exams + $5, added = added + $6, outside = outside + $7, alarm = coalesce($8, alarm),
            failures = 0, error = NULL, not_before = NULL,
            state = CASE WHEN $9 THEN 'done' ELSE 'open' END, done_at = CASE WHEN $9 THEN clock_timestamp() END,
            lease_until = CASE WHEN $9 OR r.paused THEN NULL ELSE clock_timestamp() + $10 END,
            lease_owner = CASE WHEN $9 OR r.paused THEN NULL ELSE lease_owner END
        FROM pacs_migration.run r WHERE r.run_id = w.run_id AND w.run_id = $1 AND w.window_id = $2 AND w.lease_epoch = $3
        RETURNING r.paused
        """;

    /// <summary>
    /// Writes a page within the caller's transaction. Where the source may have cut the result of several days, they are asked for again in halves; of a single day that is
    /// an alarm.
    /// </summary>
    public static async Task<PageOutcome> WriteAsync(
        NpgsqlConnection connection, ClaimedWindow window, ExamPage page, TimeSpan lease, CancellationToken stop)
    {
        var owned = await connection.Command(
            "SELECT true FROM pacs_migration.\"window\" WHERE run_id = $1 AND window_id = $2 AND lease_epoch = $3 AND state = 'open' FOR NO KEY UPDATE",
            window.Run, window.Id, window.Epoch).ScalarAsync<bool>(stop);
        if (!owned)
            return PageOutcome.Lost;

        var wanted = page.Exams.Where(exam => IsOfRun(exam, window)).ToList();
        // Equal order everywhere, so that two pages with the same studies do not wait for each other.
        List<ExamRecord> exams = [.. wanted.Where(HasUid).DistinctBy(e => e.StudyInstanceUid).OrderBy(e => e.StudyInstanceUid, StringComparer.Ordinal)];
        var added = exams.Count == 0 ? 0 : await InsertAsync(connection, window, exams, stop);
        var split = page.Alarm is not null && window.Window is { Kind: ExamWindowKind.Days } days && days.From < days.To;
        if (split)
            await WindowRows.SplitAsync(connection, window, stop);
        await RaiseAsync(connection, window, split ? null : page.Alarm, wanted.Count(exam => !HasUid(exam)), added, stop);
        var last = split || page.Continuation is null;
        var paused = await connection.Command(
            AdvanceSql,
            window.Run, window.Id, window.Epoch, Sql.Clean(page.Continuation), page.Exams.Count, added, page.Exams.Count - wanted.Count,
            split ? null : Sql.Clean(page.Alarm), last, lease).ScalarAsync<bool>(stop);
        return last ? PageOutcome.Done : paused ? PageOutcome.Held : PageOutcome.More;
    }

    private static bool IsOfRun(ExamRecord exam, ClaimedWindow window) => exam.StudyDate is { } day
        ? day >= window.FirstDay && day <= window.LastDay
        : window.Undated;

    private static bool HasUid(ExamRecord exam) => exam.StudyInstanceUid is { Length: > 0 and <= LongestUid } uid && uid == Sql.Clean(uid);

    private static async Task<int> InsertAsync(NpgsqlConnection connection, ClaimedWindow window, List<ExamRecord> exams, CancellationToken stop)
    {
        await using var command = connection.Command(
            InsertSql,
            window.Run, window.Id,
            Texts(exam => exam.StudyInstanceUid),
            Texts(exam => exam.PatientId),
            Texts(exam => exam.IssuerOfPatientId ?? ""),
            Texts(exam => exam.PatientName),
            Texts(exam => exam.AccessionNumber),
            exams.Select(exam => exam.StudyDate).ToArray(),
            exams.Select(exam => exam.StudyTime).ToArray(),
            Texts(exam => exam.Department),
            Texts(exam => exam.Description),
            Texts(exam => string.Join('\\', exam.Modalities)),
            exams.Select(exam => exam.Series).ToArray(),
            exams.Select(exam => exam.Instances).ToArray(),
            Texts(Attributes));
        return await command.ExecuteNonQueryAsync(stop);

        string?[] Texts(Func<ExamRecord, string?> value) => [.. exams.Select(exam => Sql.Clean(value(exam)))];
    }

    private static string? Attributes(ExamRecord exam) => exam.Attributes.Count == 0
        ? null
        : JsonSerializer.Serialize(
            exam.Attributes.ToDictionary(pair => Sql.Clean(pair.Key)!, pair => Sql.Clean(pair.Value)!, StringComparer.Ordinal),
            MigrationJson.Default.DictionaryStringString);

    private static async Task RaiseAsync(
        NpgsqlConnection connection, ClaimedWindow window, string? alarm, int withoutUid, int added, CancellationToken stop)
    {
        var name = window.Window.Kind switch
        {
            ExamWindowKind.Days => string.Create(CultureInfo.InvariantCulture, $"The window {window.Window.From:yyyy-MM-dd}..{window.Window.To:yyyy-MM-dd}"),
            ExamWindowKind.WithoutDate => "The window of examinations without a date",
            _ => "The look at everything",
        };
        if (alarm is not null)
            await AlertRows.RaiseAsync(connection, window.Run, null, AlertRows.Cut, $"{name} may not be whole: {alarm}", stop);
        if (withoutUid > 0)
            await AlertRows.RaiseAsync(connection, window.Run, null, AlertRows.NoUid, $"{name} has {withoutUid} examinations without a usable Study Instance UID: they cannot be moved.", stop);
        if (added > 0 && window.Window.Kind == ExamWindowKind.Everything)
            await AlertRows.RaiseAsync(connection, window.Run, null, AlertRows.Missed, $"{name} found {added} examinations that the windows had not: they are moved too.", stop);
    }
}

using MedStreams.Dicom.Pacs;
using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>A record whose collection is locked.</summary>
/// <param name="Id">The record.</param>
/// <param name="Attempt">Its last attempt that the database was told of.</param>
/// <param name="Collected">The attempt that collected it; null: none.</param>
internal readonly record struct LockedRecord(long Id, int Attempt, int? Collected);

/// <summary>A record as the ledger reads it.</summary>
/// <param name="Record">Its number.</param>
/// <param name="Attempt">The attempt that collected it; null: none.</param>
/// <param name="Notes">What was odd.</param>
/// <param name="Exam">The examination.</param>
internal sealed record FoundRecord(long Record, int? Attempt, string[] Notes, ExamRecord Exam);

/// <summary>The rows of collections and objects.</summary>
internal static class LedgerRows
{
    private const string OfStudy = "r.run_id = (SELECT run_id FROM pacs_migration.run WHERE name = $1) AND r.study_uid = $2";

    private const string InsertSql =
        """
        INSERT INTO pacs_migration.object (record_id, object_id, ordinal, batch, kind, series_uid, sop_class, transfer_syntax, instance_number, media_type,
            location, expected_bytes)
        SELECT $1, object_id, ordinal - 1, batch, CASE WHEN is_document THEN 'document' ELSE 'instance' END, series_uid, sop_class, transfer_syntax,
            instance_number, media_type, location, bytes
        FROM unnest($2::text[], $3::int[], $4::boolean[], $5::text[], $6::text[], $7::text[], $8::int[], $9::text[], $10::text[], $11::bigint[]) WITH ORDINALITY
            AS o (object_id, batch, is_document, series_uid, sop_class, transfer_syntax, instance_number, media_type, location, bytes, ordinal)
        ON CONFLICT (record_id, object_id) DO UPDATE SET ordinal = EXCLUDED.ordinal, batch = EXCLUDED.batch, kind = EXCLUDED.kind, series_uid = EXCLUDED.series_uid,
            sop_class = EXCLUDED.sop_class, transfer_syntax = EXCLUDED.transfer_syntax, instance_number = EXCLUDED.instance_number,
            media_type = EXCLUDED.media_type, location = EXCLUDED.location, expected_bytes = EXCLUDED.expected_bytes
        """;

    private const string StoredSql =
        """
        UPDATE pacs_migration.object o
        SET state = 'stored', original_sha256 = s.original, original_bytes = s.original_bytes, target_id = s.target_id, target_sha256 = s.target, target_bytes = s.target_bytes,
            target_content = s.content, was_there = s.was_there, attempt = $2, reason = NULL
        FROM (SELECT * FROM unnest($3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::bigint[], $9::boolean[], $10::text[])
            AS s (object_id, original, original_bytes, target_id, target, target_bytes, was_there, content) ORDER BY object_id) s
        WHERE o.record_id = $1 AND o.object_id = s.object_id
        """;

    private const string ForgetSql =
        """
        UPDATE pacs_migration.object SET state = 'expected', original_sha256 = NULL, original_bytes = NULL, target_id = NULL, target_sha256 = NULL, target_bytes = NULL,
            target_content = NULL, was_there = false, attempt = NULL, reason = NULL
        WHERE record_id = $1 AND state <> 'expected' AND ($2::text[] IS NULL OR object_id = ANY ($2))
        """;

    /// <summary>A study's record with what the ledger knows of it.</summary>
    public static async Task<FoundRecord?> FindAsync(NpgsqlConnection connection, string run, string study, CancellationToken stop) =>
        (await connection.Command(
            $"""
             SELECT r.record_id, c.attempt, coalesce(c.notes, ARRAY[]::text[]), {ExamRows.Columns}
             FROM pacs_migration.record r LEFT JOIN pacs_migration.collection c USING (record_id) WHERE {OfStudy}
             """,
            run, study).ListAsync(
            row => new FoundRecord(row.GetInt64(0), row.Maybe<int>(1), row.GetFieldValue<string[]>(2), ExamRows.Read(row, 3)), stop)).SingleOrDefault();

    /// <summary>The newest record of a study that a run to a target has migrated, with its collection.</summary>
    public static async Task<FoundRecord?> FindMigratedAsync(NpgsqlConnection connection, string target, string study, CancellationToken stop) =>
        (await connection.Command(
            $"""
             SELECT r.record_id, c.attempt, c.notes, {ExamRows.Columns}
             FROM pacs_migration.record r JOIN pacs_migration.collection c USING (record_id) JOIN pacs_migration.run u USING (run_id)
             WHERE r.study_uid = $2 AND u.target = $1 AND r.state = 'migrated' ORDER BY r.ended_at DESC NULLS LAST, r.record_id DESC LIMIT 1
             """,
            target, study).ListAsync(
            row => new FoundRecord(row.GetInt64(0), row.Maybe<int>(1), row.GetFieldValue<string[]>(2), ExamRows.Read(row, 3)), stop)).SingleOrDefault();

    /// <summary>Locks what is kept of a study; whoever keeps or notes something of it waits.</summary>
    public static async Task<LockedRecord?> LockAsync(NpgsqlConnection connection, string run, string study, CancellationToken stop)
    {
        var found = await connection.Command($"SELECT r.record_id FROM pacs_migration.record r WHERE {OfStudy} FOR NO KEY UPDATE", run, study)
            .ListAsync(row => row.GetInt64(0), stop);
        if (found is not [var record])
            return null;
        return (await connection.Command(
            "SELECT r.record_id, r.attempt, c.attempt FROM pacs_migration.record r LEFT JOIN pacs_migration.collection c USING (record_id) WHERE record_id = $1",
            record).ListAsync(row => new LockedRecord(row.GetInt64(0), row.GetInt32(1), row.Maybe<int>(2)), stop))[0];
    }

    /// <summary>
    /// Locks the collection of a study against later attempts, and where alone against notes of the same attempt too. Who only notes objects does not wait for others who do,
    /// nor does the record's state.
    /// </summary>
    /// <returns>The record, where its collection is that attempt's; null: it is of another.</returns>
    public static async Task<long?> LockAttemptAsync(NpgsqlConnection connection, string run, string study, int attempt, bool alone, CancellationToken stop)
    {
        var found = await connection.Command(
            $"SELECT r.record_id, c.attempt FROM pacs_migration.record r JOIN pacs_migration.collection c USING (record_id) WHERE {OfStudy} FOR {(alone ? "UPDATE" : "SHARE")} OF c",
            run, study).ListAsync(row => (Record: row.GetInt64(0), Attempt: row.GetInt32(1)), stop);
        return found is [var known] && known.Attempt == attempt ? known.Record : null;
    }

    /// <summary>Puts a collection in place of the one before; what the same attempt has stored stays so.</summary>
    public static async Task KeepAsync(
        NpgsqlConnection connection, LockedRecord record, int attempt, StudyCollection collection, IReadOnlyList<int> batches, CancellationToken stop)
    {
        var objects = collection.Objects;
        var ids = Texts(o => o.Id);
        await connection.Command(
            """
            INSERT INTO pacs_migration.collection (record_id, attempt, objects, batches, notes, collected_at) VALUES ($1, $2, $3, $4, $5, now())
            ON CONFLICT (record_id) DO UPDATE
            SET attempt = EXCLUDED.attempt, objects = EXCLUDED.objects, batches = EXCLUDED.batches, notes = EXCLUDED.notes, collected_at = EXCLUDED.collected_at
            """,
            record.Id, attempt, objects.Count, batches.Count == 0 ? 0 : batches.Max() + 1, collection.Notes.Select(Sql.Clean).ToArray()).ExecuteAsync(stop);
        if (record.Collected is { } earlier)
        {
            await connection.Command(
                "DELETE FROM pacs_migration.object WHERE record_id = $1 AND ($2 OR NOT object_id = ANY ($3))", record.Id, earlier != attempt, ids).ExecuteAsync(stop);
        }

        await connection.Command(
            InsertSql,
            record.Id, ids, batches.ToArray(), objects.Select(o => o.Kind == StudyObjectKind.Document).ToArray(), Texts(o => o.SeriesInstanceUid), Texts(o => o.SopClassUid),
            Texts(o => o.TransferSyntaxUid), objects.Select(o => o.InstanceNumber).ToArray(), Texts(o => o.MediaType), Texts(o => o.Location),
            objects.Select(o => o.Bytes).ToArray()).ExecuteAsync(stop);

        string?[] Texts(Func<StudyObject, string?> value) => [.. objects.Select(o => Sql.Clean(value(o)))];
    }

    /// <summary>The objects in the collection's order.</summary>
    public static Task<List<KeptObject>> ReadAsync(NpgsqlConnection connection, long record, CancellationToken stop) => connection.Command(
        """
        SELECT object_id, batch, kind = 'document', series_uid, sop_class, transfer_syntax, instance_number, media_type, location, expected_bytes,
            state = 'stored', original_sha256, original_bytes, target_id, target_sha256, target_bytes, was_there, target_content
        FROM pacs_migration.object WHERE record_id = $1 ORDER BY ordinal
        """,
        record).ListAsync(Read, stop);

    /// <summary>Notes objects as stored.</summary>
    public static Task StoredAsync(NpgsqlConnection connection, long record, int attempt, IReadOnlyCollection<KeptObject> stored, CancellationToken stop)
    {
        var known = stored.Where(o => o.Stored is not null).DistinctBy(o => o.Object.Id).ToList();
        return connection.Command(
            StoredSql,
            record, attempt,
            known.Select(o => Sql.Clean(o.Object.Id)).ToArray(),
            known.Select(o => o.Original?.Sha256).ToArray(),
            known.Select(o => o.Original?.Bytes).ToArray(),
            known.Select(o => Sql.Clean(o.Stored!.TargetId)).ToArray(),
            known.Select(o => o.Stored!.Expected.Sha256).ToArray(),
            known.Select(o => o.Stored!.Expected.Bytes).ToArray(),
            known.Select(o => o.Stored!.WasThere).ToArray(),
            known.Select(o => o.Stored!.Expected.Content).ToArray()).ExecuteAsync(stop);
    }

    /// <summary>Notes objects as not stored.</summary>
    public static Task ForgetAsync(NpgsqlConnection connection, long record, IReadOnlyCollection<string>? objects, CancellationToken stop) =>
        connection.Command(ForgetSql, record, objects?.Select(Sql.Clean).ToArray()).ExecuteAsync(stop);

    private static KeptObject Read(NpgsqlDataReader row)
    {
        var which = new StudyObject
        {
            Id = row.GetString(0),
            Kind = row.GetBoolean(2) ? StudyObjectKind.Document : StudyObjectKind.Instance,
            SeriesInstanceUid = row.GetString(3),
            SopClassUid = row.MaybeText(4),
            TransferSyntaxUid = row.MaybeText(5),
            InstanceNumber = row.Maybe<int>(6),
            MediaType = row.MaybeText(7),
            Location = row.MaybeText(8),
            Bytes = row.Maybe<long>(9),
        };
        return row.GetBoolean(10)
            ? new KeptObject(
                which, row.GetInt32(1),
                row.MaybeText(11) is { } original ? new ObjectDigest(original, row.GetInt64(12)) : null,
                new StoredObject(
                    which.Id, row.GetString(13), new ObjectDigest(row.GetString(14), row.GetInt64(15)) { Content = row.MaybeText(17) }, row.GetBoolean(16)))
            : new KeptObject(which, row.GetInt32(1));
    }
}

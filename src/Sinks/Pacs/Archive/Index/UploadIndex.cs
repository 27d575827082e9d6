using MedStreams.Dicom.Pacs;
using Npgsql;
using static MedStreams.Sinks.Pacs.Archive.IndexCommands;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>What an upload reads and writes in the index, up to its commit. Safe for concurrent use.</summary>
internal sealed class UploadIndex(ArchiveDatabase database)
{
    private const string KnownColumns = "o.target_id, o.sha256, o.bytes, o.file, f.stored_bytes, f.damaged_at IS NOT NULL";

    /// <summary>Opens an upload, or goes on with it; an earlier attempt's is gone, with all that it had staged.</summary>
    /// <returns>Its number; null: a later attempt has it.</returns>
    public Task<long?> BeginAsync(string study, int attempt, string owner, CancellationToken stop) => database.InTransactionAsync(
        async (connection, token) =>
        {
            while (true)
            {
                await connection.Command("DELETE FROM medstreams.archive_upload WHERE study_uid = $1 AND attempt < $2", study, attempt).ExecuteAsync(token);
                var number = await connection.Command(
                    """
                    INSERT INTO medstreams.archive_upload (study_uid, attempt, owner) VALUES ($1, $2, $3)
                    ON CONFLICT (study_uid) DO UPDATE SET touched_at = now() WHERE archive_upload.attempt = $2
                    RETURNING upload_id
                    """,
                    study,
                    attempt,
                    owner).ScalarAsync<long?>(token);
                if (number is not null)
                    return number;
                if (await connection.Command("SELECT attempt FROM medstreams.archive_upload WHERE study_uid = $1", study).ScalarAsync<int?>(token) > attempt)
                    return (long?)null;
                // Another began in between with an attempt before this one, or has just ended: once more.
            }
        },
        stop);

    /// <summary>What the upload has staged of an object; null: nothing.</summary>
    public Task<KnownObject?> StagedAsync(long upload, string study, string objectId, CancellationToken stop) => database.RunAsync(
        (connection, token) => connection.Command(
            $"""
             SELECT {KnownColumns}, o.outcome, o.is_stored
             FROM medstreams.archive_staged o JOIN medstreams.archive_file f USING (file) WHERE o.upload_id = $1 AND o.object_id = $2
             """,
            upload,
            objectId).FirstAsync(row => Known(row, study) with { Outcome = Enum.Parse<StagedOutcome>(row.GetString(6), ignoreCase: true), IsStored = row.GetBoolean(7) }, token),
        stop);

    /// <summary>What the archive shows under a name: an instance wherever it is, a document of that study; null: nothing.</summary>
    public Task<KnownObject?> VisibleAsync(StudyObjectKind kind, string study, string targetId, CancellationToken stop) => database.RunAsync(
        (connection, token) => VisibleAsync(connection, kind, study, targetId, token), stop);

    /// <summary>
    /// Stages an object whose file is not there yet: from now on no sweep deletes a file of that name. An object that the archive shows already is told of, and
    /// decides what becomes of it; one that is refused is not staged.
    /// </summary>
    /// <param name="upload">The upload.</param>
    /// <param name="study">Its study.</param>
    /// <param name="staged">The object.</param>
    /// <param name="decide">What becomes of it, given what the archive shows; null: refused.</param>
    /// <param name="stop">Ends the work.</param>
    /// <returns>What becomes of it (null: it is refused), and what the archive shows.</returns>
    /// <exception cref="PacsException">The upload is gone (<see cref="PacsFailure.Fenced"/>), or the index cannot be had.</exception>
    public Task<(StagedOutcome? Outcome, KnownObject? Visible)> PromiseAsync(
        long upload, string study, StagedObject staged, Func<KnownObject?, StagedOutcome?> decide, CancellationToken stop) =>
        database.InTransactionAsync<(StagedOutcome? Outcome, KnownObject? Visible)>(async (connection, token) =>
        {
            var visible = await VisibleAsync(connection, staged.Kind, study, staged.TargetId, token);
            if (decide(visible) is not { } outcome)
                return (null, visible);
            if (outcome is StagedOutcome.Equal or StagedOutcome.Kept)
            {
                await StageAsync(connection, upload, staged with { File = visible!.File }, outcome, isStored: true, token);
                return (outcome, visible);
            }

            // Should the server die and forget this promise, its fulfilment will find it gone.
            await connection.Command("SET LOCAL synchronous_commit = off").ExecuteAsync(token);
            // The update changes nothing: it locks a row that is there, and waits for a sweep that is deleting it.
            await connection.Command(
                "INSERT INTO medstreams.archive_file (file, plain_bytes, stored_bytes) VALUES ($1, $2, $3) ON CONFLICT (file) DO UPDATE SET file = EXCLUDED.file",
                staged.File,
                staged.PlainBytes,
                staged.StoredBytes).ExecuteAsync(token);
            await StageAsync(connection, upload, staged, outcome, isStored: false, token);
            return (outcome, visible);
        },
        stop);

    /// <summary>Says that the promised file is there and durable.</summary>
    /// <returns>False: the upload is gone.</returns>
    public Task<bool> FulfilAsync(long upload, StagedObject staged, CancellationToken stop) => database.InTransactionAsync(
        async (connection, token) =>
        {
            var count = await connection.Command(
                "UPDATE medstreams.archive_staged SET is_stored = true WHERE upload_id = $1 AND object_id = $2 AND file = $3",
                upload,
                staged.ObjectId,
                staged.File).ExecuteAsync(token);
            if (count == 1)
            {
                await connection.Command(
                    """
                    UPDATE medstreams.archive_file SET damaged_at = NULL, stored_bytes = $2
                    WHERE file = $1 AND (damaged_at IS NOT NULL OR stored_bytes <> $2)
                    """,
                    staged.File,
                    staged.StoredBytes).ExecuteAsync(token);
            }

            return count == 1;
        },
        stop);

    /// <summary>Keeps that an object was refused, apart from the upload: it stays when that is rolled back.</summary>
    public Task RecordRefusalAsync(string study, int attempt, StagedObject refused, KnownObject held, CancellationToken stop) => database.RunAsync(
        (connection, token) => connection.Command(
            """
            INSERT INTO medstreams.archive_conflict (study_uid, held_in, kind, target_id, held_sha256, new_sha256, outcome, attempt)
            SELECT $1, $2, $3, $4, $5, $6, 'refused', $7
            WHERE NOT EXISTS (SELECT FROM medstreams.archive_conflict
                              WHERE study_uid = $1 AND kind = $3 AND target_id = $4 AND new_sha256 = $6 AND outcome = 'refused' AND attempt = $7)
            """,
            study,
            held.StudyUid,
            Parameter(refused.Kind),
            refused.TargetId,
            Convert.FromHexString(held.Digest.Sha256),
            Convert.FromHexString(refused.Digest.Sha256),
            attempt).ExecuteAsync(token),
        stop);

    /// <summary>Deletes an upload and what it has staged; nothing happens where it is gone.</summary>
    public Task RollBackAsync(long upload, CancellationToken stop) => database.RunAsync(
        (connection, token) => connection.Command("DELETE FROM medstreams.archive_upload WHERE upload_id = $1", upload).ExecuteAsync(token), stop);

    /// <summary>Whether this attempt has made its study visible.</summary>
    public Task<bool> IsCommittedAsync(string study, int attempt, CancellationToken stop) => database.RunAsync(
        (connection, token) => connection.Command(
            "SELECT EXISTS (SELECT FROM medstreams.archive_study WHERE study_uid = $1 AND attempt = $2)", study, attempt).ScalarAsync<bool>(token),
        stop);

    private static Task<KnownObject?> VisibleAsync(
        NpgsqlConnection connection, StudyObjectKind kind, string study, string targetId, CancellationToken stop)
    {
        // The kind is written out: the partial indexes are of use only where the planner sees it.
        const string Select =
            $"""
             SELECT {KnownColumns}, s.study_uid
             FROM medstreams.archive_object o JOIN medstreams.archive_file f USING (file) JOIN medstreams.archive_study s USING (study_key)
             WHERE o.target_id = $1 AND o.is_current AND
             """;
        var command = kind == StudyObjectKind.Instance
            ? connection.Command($"{Select} o.kind = 'I'", targetId)
            : connection.Command($"{Select} o.kind = 'D' AND s.study_uid = $2", targetId, study);
        return command.FirstAsync(row => Known(row, row.GetString(6)), stop);
    }

    private static async Task StageAsync(
        NpgsqlConnection connection, long upload, StagedObject staged, StagedOutcome outcome, bool isStored, CancellationToken stop)
    {
        try
        {
            await connection.Command(
                """
                INSERT INTO medstreams.archive_staged
                    (upload_id, object_id, target_id, kind, series_uid, modality, sop_class, syntax, instance_number, media_type, sha256, bytes, file, outcome, is_stored)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                ON CONFLICT (upload_id, object_id) DO UPDATE SET
                    target_id = EXCLUDED.target_id, kind = EXCLUDED.kind, series_uid = EXCLUDED.series_uid, modality = EXCLUDED.modality,
                    sop_class = EXCLUDED.sop_class, syntax = EXCLUDED.syntax, instance_number = EXCLUDED.instance_number, media_type = EXCLUDED.media_type,
                    sha256 = EXCLUDED.sha256, bytes = EXCLUDED.bytes, file = EXCLUDED.file, outcome = EXCLUDED.outcome,
                    is_stored = EXCLUDED.is_stored OR (archive_staged.is_stored AND archive_staged.file = EXCLUDED.file)
                """,
                upload,
                staged.ObjectId,
                staged.TargetId,
                Parameter(staged.Kind),
                staged.SeriesUid,
                Parameter(staged.Modality),
                Parameter(staged.SopClass),
                Parameter(staged.Syntax),
                Parameter(staged.InstanceNumber),
                Parameter(staged.MediaType),
                Convert.FromHexString(staged.Digest.Sha256),
                staged.Digest.Bytes,
                staged.File,
                outcome.ToString().ToLowerInvariant(),
                isStored).ExecuteAsync(stop);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation && e.ConstraintName == "archive_staged_file_fkey")
        {
            throw new PacsException("What the archive held under this name has been replaced and swept just now.", PostgresErrors.Cause(e)) { Failure = PacsFailure.Unavailable };
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            throw new PacsException("The upload of this attempt is gone.", PostgresErrors.Cause(e)) { Failure = PacsFailure.Fenced };
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new PacsException("Two objects of the collection are the same instance: the collection must name it once.", PostgresErrors.Cause(e)) { Failure = PacsFailure.Refused };
        }
    }

    private static KnownObject Known(NpgsqlDataReader row, string study) => new(
        study, row.GetString(0), row.Digest(1), row.GetString(3), row.GetInt64(4), row.GetBoolean(5), StagedOutcome.New, IsStored: true);
}

using System.Text.Json;
using MedStreams.Dicom.Pacs;
using Npgsql;
using NpgsqlTypes;
using static MedStreams.Sinks.Pacs.Archive.IndexCommands;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>
/// Makes a study visible: one transaction of a few statements, whatever the number of objects, since they stand in the index already. Safe for concurrent use.
/// </summary>
internal sealed class CommitIndex(ArchiveDatabase database)
{
    /// <summary>Commits an upload. One that this attempt has committed before, here or elsewhere, is left as it is.</summary>
    /// <exception cref="PacsException">Objects are missing or too many, an instance is in another study by now, or a later attempt has it.</exception>
    public Task CommitAsync(long upload, StudyCollection study, int attempt, CancellationToken stop) => database.InTransactionAsync(
        async (connection, token) =>
        {
            var uid = study.Exam.StudyInstanceUid;
            var isOpen = await connection.Command(
                "SELECT true FROM medstreams.archive_upload WHERE upload_id = $1 FOR UPDATE", upload).ScalarAsync<bool>(token);
            var isOurs = await connection.Command(
                "SELECT true FROM medstreams.archive_study WHERE study_uid = $1 AND attempt = $2", uid, attempt).ScalarAsync<bool>(token);
            if (!isOpen && !isOurs)
                throw new PacsException("A later attempt has taken this study over.") { Failure = PacsFailure.Fenced };
            var staged = await CheckWholeAsync(connection, upload, study, isOurs, token);
            if (isOpen && (staged > 0 || !isOurs))
                await ShowAsync(connection, upload, study.Exam, attempt, token);
            await connection.Command("DELETE FROM medstreams.archive_upload WHERE upload_id = $1", upload).ExecuteAsync(token);
            return true;
        },
        stop);

    /// <summary>Holds what is staged to the collection; of an attempt that was committed before, what is visible counts too.</summary>
    /// <returns>How many objects are staged.</returns>
    private static async Task<int> CheckWholeAsync(
        NpgsqlConnection connection, long upload, StudyCollection study, bool isOurs, CancellationToken stop)
    {
        var missing = study.Objects.Select(o => o.Id).ToHashSet(StringComparer.Ordinal);
        var staged = await connection.Command(
            "SELECT object_id FROM medstreams.archive_staged WHERE upload_id = $1 AND is_stored", upload).ListAsync(row => row.GetString(0), stop);
        var foreign = staged.Count(id => !missing.Remove(id));
        if (foreign > 0)
        {
            throw new PacsException($"{foreign} stored objects do not belong to the collection of {study.Objects.Count}: it has changed since the attempt began.")
            {
                Failure = PacsFailure.Refused,
            };
        }

        if (missing.Count > 0 && isOurs)
        {
            var visible = await connection.Command(
                """
                SELECT o.target_id FROM medstreams.archive_object o JOIN medstreams.archive_study s USING (study_key) WHERE s.study_uid = $1 AND o.is_current
                """,
                study.Exam.StudyInstanceUid).ListAsync(row => row.GetString(0), stop);
            missing.ExceptWith(visible);
        }

        return missing.Count == 0
            ? staged.Count
            : throw new PacsException($"{missing.Count} of {study.Objects.Count} objects were not stored.") { Failure = PacsFailure.Refused };
    }

    private static async Task ShowAsync(NpgsqlConnection connection, long upload, ExamRecord exam, int attempt, CancellationToken stop)
    {
        var study = await UpsertStudyAsync(connection, exam, attempt, stop);
        await connection.Command(
            """
            INSERT INTO medstreams.archive_series (study_key, series_uid, modality)
            SELECT $2, series_uid, min(modality) FROM medstreams.archive_staged
            WHERE upload_id = $1 AND series_uid <> '' AND outcome IN ('new', 'replaced') GROUP BY series_uid
            ON CONFLICT (study_key, series_uid) DO UPDATE SET modality = COALESCE(archive_series.modality, EXCLUDED.modality)
            """,
            upload,
            study).ExecuteAsync(stop);
        await RecordConflictsAsync(connection, upload, exam.StudyInstanceUid, study, attempt, stop);
        await connection.Command(
            """
            UPDATE medstreams.archive_object o SET is_current = false FROM medstreams.archive_staged s
            WHERE s.upload_id = $1 AND s.outcome = 'replaced' AND o.study_key = $2 AND o.kind = s.kind AND o.target_id = s.target_id AND o.is_current
            """,
            upload,
            study).ExecuteAsync(stop);
        await connection.Command(
            """
            UPDATE medstreams.archive_object o SET file = s.file FROM medstreams.archive_staged s
            WHERE s.upload_id = $1 AND s.outcome = 'mended' AND o.study_key = $2 AND o.kind = s.kind AND o.target_id = s.target_id AND o.is_current
            """,
            upload,
            study).ExecuteAsync(stop);
        await InsertObjectsAsync(connection, upload, study, stop);
        await connection.Command(
            """
            UPDATE medstreams.archive_study SET (objects, bytes) =
                (SELECT count(*), COALESCE(sum(bytes), 0) FROM medstreams.archive_object WHERE study_key = $1 AND is_current)
            WHERE study_key = $1
            """,
            study).ExecuteAsync(stop);
    }

    private static async Task InsertObjectsAsync(NpgsqlConnection connection, long upload, long study, CancellationToken stop)
    {
        try
        {
            await connection.Command(
                """
                INSERT INTO medstreams.archive_object
                    (study_key, kind, target_id, version, is_current, series_key, sop_class, syntax, instance_number, media_type, sha256, bytes, file, stored_at)
                SELECT $2, s.kind, s.target_id, COALESCE(v.version, 0) + 1, true, e.series_key, s.sop_class, s.syntax, s.instance_number, s.media_type,
                       s.sha256, s.bytes, s.file, now()
                FROM medstreams.archive_staged s
                LEFT JOIN medstreams.archive_series e ON e.study_key = $2 AND e.series_uid = s.series_uid
                LEFT JOIN LATERAL (SELECT max(o.version) AS version FROM medstreams.archive_object o
                                   WHERE o.study_key = $2 AND o.kind = s.kind AND o.target_id = s.target_id) v ON true
                WHERE s.upload_id = $1 AND s.outcome IN ('new', 'replaced')
                """,
                upload,
                study).ExecuteAsync(stop);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw new PacsException("An instance of this study has become visible in another study meanwhile.", PostgresErrors.Cause(e)) { Failure = PacsFailure.Conflict };
        }
    }

    private static Task<int> RecordConflictsAsync(
        NpgsqlConnection connection, long upload, string uid, long study, int attempt, CancellationToken stop) => connection.Command(
            """
            INSERT INTO medstreams.archive_conflict (study_uid, held_in, kind, target_id, held_sha256, new_sha256, outcome, attempt)
            SELECT $3, $3, s.kind, s.target_id, o.sha256, s.sha256, s.outcome, $4
            FROM medstreams.archive_staged s
            JOIN medstreams.archive_object o ON o.study_key = $2 AND o.kind = s.kind AND o.target_id = s.target_id AND o.is_current
            WHERE s.upload_id = $1 AND s.outcome IN ('kept', 'replaced')
            """,
            upload,
            study,
            uid,
            attempt).ExecuteAsync(stop);

    private static async Task<long> UpsertStudyAsync(NpgsqlConnection connection, ExamRecord exam, int attempt, CancellationToken stop)
    {
        var patient = await connection.Command(
            """
            INSERT INTO medstreams.archive_patient (patient_id, issuer, name) VALUES ($1, $2, $3)
            ON CONFLICT (patient_id, issuer) DO UPDATE SET name = COALESCE(EXCLUDED.name, archive_patient.name)
            RETURNING patient_key
            """,
            Storable(exam.PatientId),
            Storable(exam.IssuerOfPatientId ?? ""),
            Parameter(exam.PatientName)).ScalarAsync<long>(stop);
        return await connection.Command(
            """
            INSERT INTO medstreams.archive_study
                (study_uid, patient_key, accession_number, study_date, study_time, department, description, modalities, attributes, attempt, objects, bytes, committed_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, now())
            ON CONFLICT (study_uid) DO UPDATE SET
                patient_key = EXCLUDED.patient_key, accession_number = EXCLUDED.accession_number, study_date = EXCLUDED.study_date,
                study_time = EXCLUDED.study_time, department = EXCLUDED.department, description = EXCLUDED.description, modalities = EXCLUDED.modalities,
                attributes = EXCLUDED.attributes, attempt = EXCLUDED.attempt, committed_at = EXCLUDED.committed_at
            RETURNING study_key
            """,
            exam.StudyInstanceUid,
            patient,
            Parameter(exam.AccessionNumber),
            new NpgsqlParameter { Value = exam.StudyDate is { } day ? day : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Date },
            new NpgsqlParameter { Value = exam.StudyTime is { } time ? time : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Time },
            Storable(exam.Department),
            Parameter(exam.Description),
            new NpgsqlParameter { Value = exam.Modalities.Select(Storable).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new NpgsqlParameter
            {
                Value = JsonSerializer.Serialize(exam.Attributes.ToDictionary(a => Storable(a.Key), a => Storable(a.Value), StringComparer.Ordinal)),
                NpgsqlDbType = NpgsqlDbType.Jsonb,
            },
            attempt).ScalarAsync<long>(stop);
    }
}

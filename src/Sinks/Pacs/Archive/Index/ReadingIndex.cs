using MedStreams.Dicom.Pacs;
using Npgsql;
using NpgsqlTypes;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>An object that the archive shows, with all that its index knows.</summary>
/// <param name="Object">What it is, as a source tells it.</param>
/// <param name="Digest">The original's.</param>
/// <param name="File">Where it lies.</param>
/// <param name="PlainBytes">The bytes of the file that came.</param>
/// <param name="StoredBytes">The bytes of the file that lies there.</param>
/// <param name="Version">From 1.</param>
internal sealed record ShownObject(StudyObject Object, ObjectDigest Digest, string File, long PlainBytes, long StoredBytes, int Version);

/// <summary>What is visible, read. Safe for concurrent use.</summary>
internal sealed class ReadingIndex(ArchiveDatabase database)
{
    private const string StudyColumns =
        """
        s.study_key, s.study_uid, p.patient_id, p.issuer, p.name, s.accession_number, s.study_date, s.study_time, s.department, s.description, s.modalities,
        s.attributes::text, s.objects, s.bytes,
        (SELECT count(*)::integer FROM medstreams.archive_series e WHERE e.study_key = s.study_key),
        (SELECT count(*)::integer FROM medstreams.archive_object o WHERE o.study_key = s.study_key AND o.is_current AND o.kind = 'I')
        """;

    private const string ObjectSelect =
        """
        SELECT o.kind, o.target_id, COALESCE(e.series_uid, ''), o.sop_class, o.syntax, o.instance_number, o.media_type, o.sha256, o.bytes, o.file,
               f.plain_bytes, f.stored_bytes, o.version
        FROM medstreams.archive_object o
        JOIN medstreams.archive_study s USING (study_key)
        JOIN medstreams.archive_file f USING (file)
        LEFT JOIN medstreams.archive_series e ON e.series_key = o.series_key
        WHERE s.study_uid = $1
        """;

    /// <summary>A study; null: there is none.</summary>
    public Task<ArchivedStudy?> StudyAsync(string study, CancellationToken stop) => database.RunAsync(
        (connection, token) => connection.Command(
            $"SELECT {StudyColumns} FROM medstreams.archive_study s JOIN medstreams.archive_patient p USING (patient_key) WHERE s.study_uid = $1",
            study).FirstAsync(Study, token),
        stop);

    /// <summary>Studies of a window, in the order in which they came, behind one of them.</summary>
    public Task<List<ArchivedStudy>> StudiesAsync(ExamWindow window, long behind, int count, CancellationToken stop) => database.RunAsync(
        (connection, token) =>
        {
            var where = window.Kind switch
            {
                ExamWindowKind.Days => "AND s.study_date BETWEEN $3 AND $4",
                ExamWindowKind.WithoutDate => "AND s.study_date IS NULL",
                _ => "",
            };
            var command = connection.Command(
                $"""
                 SELECT {StudyColumns} FROM medstreams.archive_study s JOIN medstreams.archive_patient p USING (patient_key)
                 WHERE s.study_key > $1 {where} ORDER BY s.study_key LIMIT $2
                 """,
                behind,
                count);
            if (window.Kind == ExamWindowKind.Days)
            {
                command.Parameters.Add(new NpgsqlParameter { Value = window.From, NpgsqlDbType = NpgsqlDbType.Date });
                command.Parameters.Add(new NpgsqlParameter { Value = window.To, NpgsqlDbType = NpgsqlDbType.Date });
            }

            return command.ListAsync(Study, token);
        },
        stop);

    /// <summary>The current objects of a study, by series and number.</summary>
    public Task<List<ShownObject>> ObjectsAsync(string study, CancellationToken stop) => database.RunAsync(
        (connection, token) => connection.Command(
            $"{ObjectSelect} AND o.is_current ORDER BY 3, o.instance_number NULLS LAST, o.target_id", study).ListAsync(Object, token),
        stop);

    /// <summary>The objects of a study, older versions too.</summary>
    public Task<List<ShownObject>> VersionsAsync(string study, CancellationToken stop) => database.RunAsync(
        (connection, token) => connection.Command($"{ObjectSelect} ORDER BY 3, o.target_id, o.version", study).ListAsync(Object, token), stop);

    /// <summary>One object; null: there is none.</summary>
    /// <param name="study">Its study.</param>
    /// <param name="targetId">What names it.</param>
    /// <param name="version">Which version; null: the current one.</param>
    /// <param name="stop">Ends the asking.</param>
    public Task<ShownObject?> ObjectAsync(string study, string targetId, int? version, CancellationToken stop) => database.RunAsync(
        (connection, token) => (version is { } known
            ? connection.Command($"{ObjectSelect} AND o.target_id = $2 AND o.version = $3", study, targetId, known)
            : connection.Command($"{ObjectSelect} AND o.target_id = $2 AND o.is_current", study, targetId)).FirstAsync(Object, token),
        stop);

    /// <summary>Says of a file that it was found damaged: the next upload of its content writes it anew.</summary>
    public Task MarkDamagedAsync(string file, CancellationToken stop) => database.RunAsync(
        (connection, token) => connection.Command(
            "UPDATE medstreams.archive_file SET damaged_at = now() WHERE file = $1 AND damaged_at IS NULL", file).ExecuteAsync(token),
        stop);

    private static ArchivedStudy Study(NpgsqlDataReader row) => new(
        row.GetInt64(0),
        new ExamRecord
        {
            StudyInstanceUid = row.GetString(1),
            PatientId = row.GetString(2),
            IssuerOfPatientId = row.GetString(3) is { Length: > 0 } issuer ? issuer : null,
            PatientName = row.Text(4),
            AccessionNumber = row.Text(5),
            StudyDate = row.IsDBNull(6) ? null : row.GetFieldValue<DateOnly>(6),
            StudyTime = row.IsDBNull(7) ? null : row.GetFieldValue<TimeOnly>(7),
            Department = row.GetString(8),
            Description = row.Text(9),
            Modalities = row.GetFieldValue<string[]>(10),
            Attributes = System.Text.Json.JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(11)) ?? [],
            Series = row.GetInt32(14),
            Instances = row.GetInt32(15),
        },
        row.GetInt32(12),
        row.GetInt64(13));

    private static ShownObject Object(NpgsqlDataReader row) => new(
        new StudyObject
        {
            Kind = row.Kind(0),
            Id = row.GetString(1),
            SeriesInstanceUid = row.GetString(2),
            SopClassUid = row.Text(3),
            TransferSyntaxUid = row.Text(4),
            InstanceNumber = row.Integer(5),
            MediaType = row.Text(6),
            Bytes = row.GetInt64(10),
        },
        row.Digest(7),
        row.GetString(9),
        row.GetInt64(10),
        row.GetInt64(11),
        row.GetInt32(12));
}

/// <summary>A study that the archive shows.</summary>
/// <param name="Key">Its place in the order in which studies came.</param>
/// <param name="Exam">The record.</param>
/// <param name="Objects">How many current objects it has.</param>
/// <param name="Bytes">Of them: the bytes that their digests count.</param>
public sealed record ArchivedStudy(long Key, ExamRecord Exam, int Objects, long Bytes);

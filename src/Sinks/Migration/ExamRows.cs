using System.Text.Json;
using MedStreams.Dicom.Pacs;
using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>Reads examinations back.</summary>
internal static class ExamRows
{
    /// <summary>The columns that <see cref="Read"/> takes, in their order.</summary>
    public const string Columns =
        "r.study_uid, r.patient_id, r.issuer, r.patient_name, r.accession, r.study_date, r.study_time, r.department, r.description, r.modalities, "
        + "r.series, r.instances, r.attributes::text";

    /// <summary>How many they are.</summary>
    public const int Count = 13;

    /// <summary>An examination from the row's columns, of which the first is at a place.</summary>
    public static ExamRecord Read(NpgsqlDataReader row, int at)
    {
        var exam = new ExamRecord
        {
            StudyInstanceUid = row.GetString(at),
            PatientId = row.GetString(at + 1),
            IssuerOfPatientId = row.GetString(at + 2) is { Length: > 0 } issuer ? issuer : null,
            PatientName = row.MaybeText(at + 3),
            AccessionNumber = row.MaybeText(at + 4),
            StudyDate = row.Maybe<DateOnly>(at + 5),
            StudyTime = row.Maybe<TimeOnly>(at + 6),
            Department = row.GetString(at + 7),
            Description = row.MaybeText(at + 8),
            Modalities = row.GetString(at + 9) is { Length: > 0 } modalities ? modalities.Split('\\') : [],
            Series = row.Maybe<int>(at + 10),
            Instances = row.Maybe<int>(at + 11),
        };
        return row.MaybeText(at + 12) is { } attributes
            ? exam with { Attributes = JsonSerializer.Deserialize(attributes, MigrationJson.Default.DictionaryStringString)! }
            : exam;
    }
}

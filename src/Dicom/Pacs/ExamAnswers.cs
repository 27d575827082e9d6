using System.Globalization;

namespace MedStreams.Dicom.Pacs;

/// <summary>Makes records of what a PACS answers about studies, to a C-FIND (PS3.4 table C.6-5) or a QIDO-RS search (PS3.18 table 10.6.3-3). Safe for concurrent use.</summary>
public sealed record ExamAnswers
{
    private static readonly string[] DateForms = ["yyyyMMdd", "yyyy.MM.dd"]; // the second of ACR-NEMA, which old archives still hold
    private static readonly string[] TimeForms = ["HHmmss", "HHmm", "HH", "HH:mm:ss", "HH:mm"];

    /// <summary>What to ask for, beside what names the study.</summary>
    public static IReadOnlyList<DicomTag> Wanted { get; } =
    [
        Tags.StudyDate, Tags.StudyTime, Tags.AccessionNumber, Tags.ModalitiesInStudy, Tags.StudyDescription, Tags.InstitutionalDepartmentName, Tags.PatientName,
        Tags.PatientId, Tags.IssuerOfPatientId, Tags.NumberOfStudyRelatedSeries, Tags.NumberOfStudyRelatedInstances,
    ];

    /// <summary>The department of a study that names none, by the first of its modalities that is here. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Departments { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The day that a text names, PS3.5 section 6.2; null where it is none.</summary>
    public static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, DateForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    /// <summary>The time that a text names, to the second; null where it is none.</summary>
    public static TimeOnly? Time(string? text) =>
        TimeOnly.TryParseExact(text?.Split('.')[0], TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    /// <summary>The record of an answer; null where it names no study.</summary>
    public ExamRecord? Read(DicomDataSet answer)
    {
        if (answer.Text(Tags.StudyInstanceUid)?.Trim(' ', '\0') is not { Length: > 0 } study)
            return null;
        var modalities = answer.Texts(Tags.ModalitiesInStudy).Where(m => m.Length > 0).Distinct(StringComparer.Ordinal).ToList();
        return new ExamRecord
        {
            StudyInstanceUid = study,
            PatientId = answer.Text(Tags.PatientId) ?? "",
            IssuerOfPatientId = answer.Text(Tags.IssuerOfPatientId),
            PatientName = answer.Text(Tags.PatientName),
            AccessionNumber = answer.Text(Tags.AccessionNumber),
            StudyDate = Day(answer.Text(Tags.StudyDate)),
            StudyTime = Time(answer.Text(Tags.StudyTime)),
            Description = answer.Text(Tags.StudyDescription),
            Modalities = modalities,
            Department = answer.Text(Tags.InstitutionalDepartmentName) ?? modalities.Select(m => Departments.GetValueOrDefault(m)).FirstOrDefault(d => d is not null) ?? "",
            Series = Count(answer, Tags.NumberOfStudyRelatedSeries),
            Instances = Count(answer, Tags.NumberOfStudyRelatedInstances),
        };
    }

    private static int? Count(DicomDataSet answer, DicomTag tag) => answer.Integer(tag) is >= 0 and <= int.MaxValue and var count ? (int)count : null;
}

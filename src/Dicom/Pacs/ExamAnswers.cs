namespace MedStreams.Dicom.Pacs;

/// <summary>Makes records of what a PACS answers about studies, to a C-FIND (PS3.4 table C.6-5) or a QIDO-RS search (PS3.18 table 10.6.3-3). Safe for concurrent use.</summary>
public sealed record ExamAnswers
{
    /// <summary>What to ask for, beside what names the study.</summary>
    public static IReadOnlyList<DicomTag> Wanted { get; } =
    [
        Tags.StudyDate, Tags.StudyTime, Tags.AccessionNumber, Tags.ModalitiesInStudy, Tags.StudyDescription, Tags.InstitutionalDepartmentName, Tags.PatientName,
        Tags.PatientId, Tags.IssuerOfPatientId, Tags.NumberOfStudyRelatedSeries, Tags.NumberOfStudyRelatedInstances,
    ];

    /// <summary>The department of a study that names none, by the first of its modalities that is here. Default: none.</summary>
    public IReadOnlyDictionary<string, string> Departments { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The record of an answer; null where it names no study.</summary>
    public ExamRecord? Read(DicomDataSet answer) =>
        ExamReader.Read(answer) is not { } exam ? null
        : exam.Department.Length > 0 ? exam
        : exam with { Department = exam.Modalities.Select(m => Departments.GetValueOrDefault(m)).FirstOrDefault(d => d is not null) ?? "" };
}

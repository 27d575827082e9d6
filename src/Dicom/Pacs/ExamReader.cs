using System.Globalization;

namespace MedStreams.Dicom.Pacs;

/// <summary>What a data set, of an instance or of an answer to a query, says of its examination. Pure.</summary>
public static class ExamReader
{
    private static readonly string[] Dates = ["yyyyMMdd", "yyyy.MM.dd"];
    private static readonly string[] Times = ["HHmmss", "HHmm", "HH", "HH:mm:ss", "HH:mm"];

    /// <summary>The record; null where there is no study UID, without which nothing can be migrated.</summary>
    /// <param name="dataSet">The data set.</param>
    /// <param name="department">What stands for the department; null: Institutional Department Name (0008,1040).</param>
    public static ExamRecord? Read(DicomDataSet dataSet, DicomTag? department = null)
    {
        if (dataSet.Text(Tags.StudyInstanceUid) is not { } study)
            return null;
        var modalities = dataSet.Texts(Tags.ModalitiesInStudy);
        if (modalities.Count == 0 && dataSet.Text(Tags.Modality) is { } modality)
            modalities = [modality];
        return new ExamRecord
        {
            StudyInstanceUid = study,
            PatientId = dataSet.Text(Tags.PatientId) ?? "",
            IssuerOfPatientId = dataSet.Text(Tags.IssuerOfPatientId),
            PatientName = dataSet.Text(Tags.PatientName),
            AccessionNumber = dataSet.Text(Tags.AccessionNumber),
            StudyDate = Date(dataSet.Text(Tags.StudyDate)),
            StudyTime = Time(dataSet.Text(Tags.StudyTime)),
            Department = dataSet.Text(department ?? Tags.InstitutionalDepartmentName) ?? "",
            Description = dataSet.Text(Tags.StudyDescription),
            Modalities = [.. modalities.Where(m => m.Length > 0)],
            Series = (int?)dataSet.Integer(Tags.NumberOfStudyRelatedSeries),
            Instances = (int?)dataSet.Integer(Tags.NumberOfStudyRelatedInstances),
        };
    }

    /// <summary>A DA (PS3.5 section 6.2), that of ACR-NEMA with points included; null where it is no date.</summary>
    public static DateOnly? Date(string? text) =>
        DateOnly.TryParseExact(text?.Trim(), Dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    /// <summary>A TM (PS3.5 section 6.2), to the microsecond; null where it is no time.</summary>
    public static TimeOnly? Time(string? text)
    {
        if (text?.Trim() is not { Length: >= 2 } trimmed)
            return null;
        var point = trimmed.IndexOf('.', StringComparison.Ordinal);
        if (!TimeOnly.TryParseExact(point < 0 ? trimmed : trimmed[..point], Times, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            return null;
        if (point < 0)
            return time;
        var fraction = trimmed[(point + 1)..];
        return fraction.Length is > 0 and <= 6 && int.TryParse(fraction.PadRight(6, '0'), NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds)
            ? time.Add(TimeSpan.FromMicroseconds(microseconds))
            : time;
    }
}

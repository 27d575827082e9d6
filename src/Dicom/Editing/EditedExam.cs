using System.Globalization;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Editing;

/// <summary>A record as rules change it: what a PACS that got the changed instances tells of their study. Pure.</summary>
internal static class EditedExam
{
    /// <summary>Applies rules to what a record has of an instance; an attribute that no record has counts as empty.</summary>
    /// <exception cref="TagRuleException">A rule has no answer.</exception>
    public static ExamRecord Of(ExamRecord exam, AttributeEditor editor)
    {
        var dataSet = DataSet(exam);
        return !editor.Apply(dataSet) ? exam : exam with
        {
            StudyDate = ExamReader.Date(dataSet.Text(Tags.StudyDate)),
            AccessionNumber = Text(dataSet, Tags.AccessionNumber, exam.AccessionNumber),
            Description = Text(dataSet, Tags.StudyDescription, exam.Description),
            PatientName = Text(dataSet, Tags.PatientName, exam.PatientName),
            PatientId = dataSet.Text(Tags.PatientId) ?? "",
            IssuerOfPatientId = Text(dataSet, Tags.IssuerOfPatientId, exam.IssuerOfPatientId),
        };
    }

    private static DicomDataSet DataSet(ExamRecord exam)
    {
        try
        {
            var dataSet = new DicomDataSet();
            Fill(dataSet, exam);
            return dataSet;
        }
        catch (ArgumentException e)
        {
            throw new TagRuleException("An attribute of the study's record cannot stand in a data set: no rule is applied to it.", e);
        }
    }

    private static void Fill(DicomDataSet dataSet, ExamRecord exam)
    {
        dataSet.Set(Tags.SpecificCharacterSet, DicomVr.CS, "ISO_IR 192");
        dataSet.Set(Tags.StudyDate, DicomVr.DA, exam.StudyDate?.ToString("yyyyMMdd", CultureInfo.InvariantCulture) ?? "");
        dataSet.Set(Tags.AccessionNumber, DicomVr.SH, exam.AccessionNumber ?? "");
        dataSet.Set(Tags.StudyDescription, DicomVr.LO, exam.Description ?? "");
        dataSet.Set(Tags.PatientName, DicomVr.PN, exam.PatientName ?? "");
        dataSet.Set(Tags.PatientId, DicomVr.LO, exam.PatientId);
        dataSet.Set(Tags.IssuerOfPatientId, DicomVr.LO, exam.IssuerOfPatientId ?? "");
    }

    /// <summary>Empty and missing are one: what was there before says which.</summary>
    private static string? Text(DicomDataSet dataSet, DicomTag tag, string? before) => dataSet.Text(tag) is { Length: > 0 } text ? text : before is null ? null : "";
}

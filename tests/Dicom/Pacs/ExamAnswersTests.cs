using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Tests.Pacs;

public sealed class ExamAnswersTests
{
    [Theory]
    [InlineData("", "CT", "R")]
    [InlineData("", "XX\\ES", "E")]
    [InlineData("", "XX", "")]
    [InlineData("WARD 3", "CT", "WARD 3")]
    public void A_study_without_a_department_gets_that_of_its_modality(string department, string modalities, string expected)
    {
        var answers = new ExamAnswers { Departments = new Dictionary<string, string> { ["CT"] = "R", ["ES"] = "E" } };
        var answer = new DicomDataSet();
        answer.Set(Tags.StudyInstanceUid, DicomVr.UI, "1.2");
        answer.Set(Tags.ModalitiesInStudy, DicomVr.CS, modalities.Split('\\'));
        answer.Set(Tags.InstitutionalDepartmentName, DicomVr.LO, department);
        Assert.Equal(expected, answers.Read(answer)!.Department);
        Assert.Null(answers.Read(new DicomDataSet()));
    }
}

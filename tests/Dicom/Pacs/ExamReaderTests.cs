using MedStreams.Dicom.Pacs;

namespace MedStreams.Dicom.Tests.Pacs;

/// <summary>Records from data sets.</summary>
public sealed class ExamReaderTests
{
    [Theory]
    [InlineData("20240229", 2024, 2, 29)]
    [InlineData("2024.02.29", 2024, 2, 29)]
    [InlineData(" 20240229 ", 2024, 2, 29)]
    public void A_date_is_read(string text, int year, int month, int day) => Assert.Equal(new DateOnly(year, month, day), ExamReader.Date(text));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("20230229")]
    [InlineData("00000000")]
    [InlineData("2023-01-01")]
    [InlineData("20230101-")]
    public void What_is_no_date_is_none(string? text) => Assert.Null(ExamReader.Date(text));

    [Theory]
    [InlineData("070907.0705", 25_747_070_500)]
    [InlineData("0709", 25_740_000_000)]
    [InlineData("07", 25_200_000_000)]
    [InlineData("07:09:07", 25_747_000_000)]
    [InlineData("235959.999999", 86_399_999_999)]
    public void A_time_is_read(string text, long microseconds) => Assert.Equal(TimeSpan.FromMicroseconds(microseconds), ExamReader.Time(text)!.Value.ToTimeSpan());

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("2560")]
    [InlineData("abc")]
    public void What_is_no_time_is_none(string text) => Assert.Null(ExamReader.Time(text));

    [Fact]
    public void A_data_set_without_a_study_is_no_record() => Assert.Null(ExamReader.Read(new DicomDataSet()));

    [Fact]
    public void A_record_has_what_the_data_set_says()
    {
        var dataSet = new DicomDataSet { AssumedCharacterSet = MedStreams.Dicom.Text.SpecificCharacterSet.Utf8 };
        dataSet.Set(Tags.StudyInstanceUid, DicomVr.UI, "1.2.3");
        dataSet.Set(Tags.PatientName, DicomVr.PN, "王^小东");
        dataSet.Set(Tags.Modality, DicomVr.CS, "CT");
        dataSet.Set(Tags.StudyDate, DicomVr.DA, "20240101");
        dataSet.Set(Tags.InstitutionName, DicomVr.LO, "放射科");

        var exam = ExamReader.Read(dataSet, Tags.InstitutionName)!;

        Assert.Equal("1.2.3", exam.StudyInstanceUid);
        Assert.Equal("王^小东", exam.PatientName);
        Assert.Equal(["CT"], exam.Modalities);
        Assert.Equal("放射科", exam.Department);
        Assert.Equal(new DateOnly(2024, 1, 1), exam.StudyDate);
    }
}

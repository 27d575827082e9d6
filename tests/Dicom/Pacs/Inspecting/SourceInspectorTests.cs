using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Inspecting;

namespace MedStreams.Dicom.Tests.Pacs.Inspecting;

/// <summary>What is found in a source before its studies are moved.</summary>
public sealed class SourceInspectorTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-inspect-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("1.2.840.10008.1.2")]
    [InlineData("0")]
    [InlineData("2.25.0.1")]
    public void A_UID_is_one(string uid) => Assert.Null(UidRules.Fault(uid));

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("1.2.", "a part of it is empty")]
    [InlineData(".1", "a part of it is empty")]
    [InlineData("1..2", "a part of it is empty")]
    [InlineData("1.02", "a part of it begins with 0")]
    [InlineData("1.00", "a part of it begins with 0")]
    [InlineData("1.2a", "it has other characters than digits and points")]
    [InlineData("1.2 ", "it has other characters than digits and points")]
    [InlineData("1.\u0661", "it has other characters than digits and points")]
    [InlineData("1.2345678901234567890123456789012345678901234567890123456789012345", "it has 66 characters, and 64 are allowed")]
    public void A_UID_is_none(string uid, string fault) => Assert.Equal(fault, UidRules.Fault(uid));

    [Fact]
    public async Task All_that_is_odd_is_found_and_nothing_else()
    {
        var day = new DateOnly(2024, 1, 1);
        var exams = new[]
        {
            new ExamRecord { StudyInstanceUid = "1.1", PatientId = "P1", StudyDate = day, Instances = 2 },
            new ExamRecord { StudyInstanceUid = "1.2", PatientId = "P1", StudyDate = day },
            new ExamRecord { StudyInstanceUid = "1.3", PatientId = "", StudyDate = day },
            new ExamRecord { StudyInstanceUid = "1.4", PatientId = "P1" },
            new ExamRecord { StudyInstanceUid = "1.05", PatientId = "P1", StudyDate = day },
            new ExamRecord { StudyInstanceUid = "1.6", PatientId = "P1", StudyDate = day },
            new ExamRecord { StudyInstanceUid = "1.6", PatientId = "P2", StudyDate = day },
            new ExamRecord { StudyInstanceUid = "1.7", PatientId = "P1", StudyDate = day },
            new ExamRecord { StudyInstanceUid = "1.8", PatientId = "P1", StudyDate = day },
            new ExamRecord { StudyInstanceUid = "1.9", PatientId = "P1", StudyDate = day, Instances = 5 },
        };
        var source = new Fixed(exams, exam => exam.StudyInstanceUid switch
        {
            "1.1" => Study(exam, "7.1", "7.2"),
            "1.2" => Study(exam, "7.2"),
            "1.7" => new StudyCollection(exam, [], []),
            "1.8" => throw new PacsException("It does not want to."),
            "1.6" => null,
            "1.9" => Study(exam, "7.9", "7.0x") with { Notes = ["Something."] },
            var uid => Study(exam, "8" + uid[1..].Replace("05", "5", StringComparison.Ordinal)),
        });

        var report = await new SourceInspector(source, source, new InspectionOptions { WorkFolder = _folder, PageSize = 3 }).RunAsync(Token);

        Assert.Equal(
            [
                (FindingKind.BrokenUid, "1.05", null), (FindingKind.BrokenUid, "1.9", "7.0x"), (FindingKind.InstanceInSeveralStudies, "1.1", "7.2"),
                (FindingKind.StudyOfSeveralPatients, "1.6", null), (FindingKind.StudyWithoutPatient, "1.3", null), (FindingKind.StudyWithoutDate, "1.4", null),
                (FindingKind.EmptyStudy, "1.7", null), (FindingKind.StudyListedTwice, "1.6", null), (FindingKind.CountDiffers, "1.9", null),
                (FindingKind.StudyNotCollected, "1.6", null), (FindingKind.StudyNotCollected, "1.6", null), (FindingKind.StudyNotCollected, "1.8", null),
                (FindingKind.SourceAlarm, null, null), (FindingKind.Note, "1.9", null),
            ],
            report.Findings.Select(f => (f.Kind, f.StudyInstanceUid, f.ObjectId)).Order());
        Assert.Equal((9, 8, 1, 900), (report.Studies, report.Instances, report.Documents, report.Bytes));
        Assert.Equal(3, report.Counts[FindingKind.StudyNotCollected]);
        Assert.False(report.IsClean);
        Assert.False(report.ToDocument().IsGood);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public async Task Many_findings_of_a_kind_are_all_counted_and_some_are_kept()
    {
        var exams = Enumerable.Range(0, 300).Select(i => new ExamRecord { StudyInstanceUid = $"1.{i}", PatientId = "P" }).ToArray();

        var report = await new SourceInspector(new Fixed(exams, _ => null), null, new InspectionOptions { WorkFolder = _folder, KeptOfEachKind = 10 }).RunAsync(Token);

        Assert.Equal(300, report.Counts[FindingKind.StudyWithoutDate]);
        Assert.Equal(10, report.Findings.Count(f => f.Kind == FindingKind.StudyWithoutDate));
    }

    [Fact]
    public async Task A_source_that_does_not_answer_any_more_ends_the_looking()
    {
        var exams = Enumerable.Range(0, 300).Select(i => new ExamRecord { StudyInstanceUid = $"1.{i}", PatientId = "P" }).ToArray();
        var source = new Fixed(exams, _ => throw new PacsException("away"));

        await Assert.ThrowsAsync<PacsException>(() => new SourceInspector(source, source, new InspectionOptions { WorkFolder = _folder }).RunAsync(Token));
    }

    private static StudyCollection Study(ExamRecord exam, params string[] instances)
    {
        var objects = instances.Select(i => new StudyObject { Id = i, Kind = StudyObjectKind.Instance, SeriesInstanceUid = "1.2", Bytes = 100 }).ToList();
        if (exam.StudyInstanceUid == "1.1")
            objects.Add(new StudyObject { Id = "report.pdf", Kind = StudyObjectKind.Document, Bytes = 100 });
        return new StudyCollection(exam, objects, []);
    }

    private sealed class Fixed(ExamRecord[] exams, Func<ExamRecord, StudyCollection?> collect) : IExamSource, IStudyCollector
    {
        public string Name => "fixed";

        public ValueTask<ExamPage> ReadPageAsync(ExamWindow window, string? continuation, int pageSize, CancellationToken cancellationToken)
        {
            var at = continuation is null ? 0 : int.Parse(continuation, System.Globalization.CultureInfo.InvariantCulture);
            var isLast = at + pageSize >= exams.Length;
            return ValueTask.FromResult(new ExamPage([.. exams.Skip(at).Take(pageSize)], isLast ? null : $"{at + pageSize}", isLast ? "some may be missing" : null));
        }

        public ValueTask<StudyCollection?> CollectAsync(ExamRecord exam, CancellationToken cancellationToken) => ValueTask.FromResult(collect(exam));
    }
}

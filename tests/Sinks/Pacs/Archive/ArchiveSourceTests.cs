using MedStreams.Dicom.Pacs;
using MedStreams.Sinks.Pacs.Archive;

namespace MedStreams.Sinks.Tests.Pacs.Archive;

public sealed class ArchiveSourceTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_archive_is_a_source_of_what_it_was_a_target_of()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open(options => options with { Compression = ArchiveCompression.Brotli });
        var studies = Enumerable.Range(0, 7).Select(_ => ArchiveFixture.Study()).ToList();
        foreach (var study in studies)
            await fixture.PutAsync(archive, study);
        var source = new ArchiveSource(archive, fixture.Spool);

        var exams = await AllAsync(source, ExamWindow.Everything, pageSize: 3);
        Assert.Equal(studies.Select(s => s.Uid), exams.Select(e => e.StudyInstanceUid));
        foreach (var (exam, study) in exams.Zip(studies))
        {
            Assert.Equal(
                (study.Exam.PatientId, study.Exam.IssuerOfPatientId, study.Exam.PatientName, study.Exam.AccessionNumber, study.Exam.StudyDate, study.Exam.StudyTime),
                (exam.PatientId, exam.IssuerOfPatientId, exam.PatientName, exam.AccessionNumber, exam.StudyDate, exam.StudyTime));
            Assert.Equal(
                (study.Exam.Department, study.Exam.Description, 2, 3, "CT", "/old/1"),
                (exam.Department, exam.Description, exam.Series, exam.Instances, Assert.Single(exam.Modalities), exam.Attributes["path"]));
            var collection = await source.CollectAsync(exam, Stop);
            Assert.Equal(study.Objects.Select(o => o.Object.Id).Order(StringComparer.Ordinal), collection!.Objects.Select(o => o.Id).Order(StringComparer.Ordinal));
            var fetched = new List<string>();
            var missing = await source.FetchAsync(exam, collection.Objects, ReceiveAsync, Stop);
            Assert.Empty(missing);
            Assert.Equal(study.Objects.Count, fetched.Count);
            Assert.Equal(0, fixture.Spool.Used);

            async ValueTask ReceiveAsync(FetchedObject one, CancellationToken stop)
            {
                var made = study.Objects.Single(o => o.Object.Id == one.Object.Id);
                Assert.Equal((made.Digest, made.Syntax), (one.Digest, one.Syntax));
                Assert.Equal(made.Bytes, await File.ReadAllBytesAsync(one.Content.FilePath, stop));
                fetched.Add(one.Object.Id);
            }
        }
    }

    [Fact]
    public async Task Windows_and_pages_show_each_study_once_and_an_unknown_one_is_none()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var dated = ArchiveFixture.Study(instances: 1);
        var undated = ArchiveFixture.Study(instances: 1);
        undated = undated with { Exam = undated.Exam with { StudyDate = null } };
        await fixture.PutAsync(archive, dated);
        await fixture.PutAsync(archive, undated);
        var source = new ArchiveSource(archive, fixture.Spool);
        var day = dated.Exam.StudyDate!.Value;
        Assert.Equal(dated.Uid, Assert.Single(await AllAsync(source, ExamWindow.Days(day, day), 1)).StudyInstanceUid);
        Assert.Equal(undated.Uid, Assert.Single(await AllAsync(source, ExamWindow.WithoutDate, 1)).StudyInstanceUid);
        Assert.Empty(await AllAsync(source, ExamWindow.Days(day.AddDays(1), day.AddDays(2)), 50));
        Assert.Null(await source.CollectAsync(new ExamRecord { StudyInstanceUid = "9.9" }, Stop));
        Assert.Null(await archive.InspectAsync("9.9", VerificationLevel.Digests, Stop));
        Assert.Equal(
            PacsFailure.Refused,
            (await Assert.ThrowsAsync<PacsException>(() => source.ReadPageAsync(ExamWindow.Everything, "'; DROP TABLE", 1, Stop).AsTask())).Failure);
    }

    [Fact]
    public async Task A_damaged_or_unknown_object_is_told_as_missing_and_the_others_come()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var study = ArchiveFixture.Study();
        await fixture.PutAsync(archive, study);
        ArchiveDamageTests.Flip(fixture.ObjectFiles().First(path => File.ReadAllBytes(path).AsSpan().SequenceEqual(study.Objects[0].Bytes)), -10);
        var source = new ArchiveSource(archive, fixture.Spool);
        var unknown = study.Objects[0].Object with { Id = "1.9.9" };
        var came = 0;
        var missing = await source.FetchAsync(
            study.Exam,
            [.. study.Objects.Select(o => o.Object), unknown],
            (_, _) =>
            {
                came++;
                return ValueTask.CompletedTask;
            },
            Stop);
        Assert.Equal([study.Objects[0].Object.Id, "1.9.9"], missing.Select(m => m.Object.Id));
        Assert.Contains("its content is not what was stored", missing[0].Reason, StringComparison.Ordinal);
        Assert.Equal(3, came);
    }

    [Fact]
    public async Task A_study_is_written_into_a_folder_and_no_identifier_leads_out_of_it()
    {
        await using var fixture = await ArchiveFixture.CreateAsync(postgres);
        await using var archive = fixture.Open();
        var study = ArchiveFixture.Study(uid: "../../etc");
        var evil = ArchiveFixture.Document("../../../evil\n/passwd", 10);
        var long1 = ArchiveFixture.Document(new string('长', 300) + "1", 10, seed: 7);
        var long2 = ArchiveFixture.Document(new string('长', 300) + "2", 10, seed: 8);
        var dots = ArchiveFixture.Document("..", 10, seed: 9);
        study = study with { Objects = [.. study.Objects, evil, long1, long2, dots] };
        await fixture.PutAsync(archive, study);
        var to = Path.Combine(fixture.Folder, "out");
        var exported = await new ArchiveExport(archive).WriteAsync(study.Uid, null, null, to, Stop);
        Assert.Empty(exported!.Damaged);
        Assert.Equal(study.Objects.Count, exported.Files.Distinct(StringComparer.Ordinal).Count());
        Assert.All(exported.Files, path => Assert.StartsWith(to + "/", Path.GetFullPath(path), StringComparison.Ordinal));
        Assert.Equal(
            study.Objects.Select(o => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(o.Bytes))).Order(StringComparer.Ordinal),
            exported.Files.Select(path => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(path)))).Order(StringComparer.Ordinal));
        Assert.Contains(exported.Files, path => path.EndsWith("%2E.", StringComparison.Ordinal));
        Assert.Null(await new ArchiveExport(archive).WriteAsync(study.Uid, "1.9.9", null, to, Stop));
        Assert.Null(await new ArchiveExport(archive).WriteAsync("1.9.9", null, null, to, Stop));
    }

    private static async Task<List<ExamRecord>> AllAsync(ArchiveSource source, ExamWindow window, int pageSize)
    {
        var exams = new List<ExamRecord>();
        string? continuation = null;
        do
        {
            var page = await source.ReadPageAsync(window, continuation, pageSize, Stop);
            exams.AddRange(page.Exams);
            continuation = page.Continuation;
        }
        while (continuation is not null);
        return exams;
    }
}

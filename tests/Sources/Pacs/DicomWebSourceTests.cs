using System.Collections.Concurrent;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Web;
using MedStreams.Sources.Pacs;
using MedStreams.Support.DicomWeb;

namespace MedStreams.Sources.Tests.Pacs;

/// <summary>An old PACS that is read by DICOMweb: Orthanc.</summary>
public sealed class DicomWebSourceTests(DicomWebOrthanc fixture) : IClassFixture<DicomWebOrthanc>
{
    private readonly QidoExamSource _source = new("old", new QidoClient(fixture.Http, fixture.Options));

    [Fact]
    public async Task S3_2_Each_window_lists_its_examinations_page_by_page_and_those_without_a_day_have_one_of_their_own()
    {
        var first = fixture.Volume.Options.FirstDay;
        var listed = new List<ExamRecord>();
        for (var day = first; day < first.AddDays(fixture.Volume.Options.Days); day = day.AddDays(3))
            listed.AddRange(await ReadAsync(ExamWindow.Days(day, day.AddDays(2)), 2));
        var dated = fixture.Volume.Studies.Where(s => s.Exam.StudyDate is not null).Select(s => s.Exam.StudyInstanceUid);
        Assert.Equal(dated.Order(), listed.Select(e => e.StudyInstanceUid).Order());

        var undated = await ReadAsync(ExamWindow.WithoutDate, 5);
        Assert.Equal(
            fixture.Volume.Studies.Where(s => s.Exam.StudyDate is null).Select(s => s.Exam.StudyInstanceUid).Order(),
            undated.Select(e => e.StudyInstanceUid).Order());
        Assert.NotEmpty(undated);
        Assert.Equal(fixture.Volume.Studies.Count, (await ReadAsync(ExamWindow.Everything, 1_000)).Count);
    }

    [Fact]
    public async Task S3_1_A_record_tells_what_is_needed_to_order_and_group_it()
    {
        foreach (var found in await ReadAsync(ExamWindow.Everything, 1_000))
        {
            var exam = fixture.Volume.Studies.Single(s => s.Exam.StudyInstanceUid == found.StudyInstanceUid).Exam;
            Assert.Equal(
                (exam.PatientId, exam.PatientName, exam.AccessionNumber, exam.StudyDate, exam.StudyTime, exam.Series, exam.Instances, exam.Description),
                (found.PatientId, found.PatientName, found.AccessionNumber, found.StudyDate, found.StudyTime, found.Series, found.Instances, found.Description));
            Assert.Equal(exam.Modalities.Order(), found.Modalities.Order());
            Assert.Equal(exam.Department, found.Department);
        }
    }

    [Fact]
    public async Task S3_6_The_hierarchy_of_a_study_is_collected()
    {
        var collector = new QidoStudyCollector("old", new QidoClient(fixture.Http, fixture.Options), pageSize: 7);
        foreach (var study in fixture.Volume.Studies)
        {
            var found = await collector.CollectAsync(study.Exam, default);
            Assert.NotNull(found);
            Assert.Empty(found.Notes);
            Assert.Equal(
                study.Instances.Select(i => (i.Uid, i.SeriesUid, i.SopClass, i.Number)).Order(),
                found.Objects.Select(o => (o.Id, o.SeriesInstanceUid, o.SopClassUid!, o.InstanceNumber!.Value)).Order());
        }

        Assert.Null(await collector.CollectAsync(new ExamRecord { StudyInstanceUid = "1.2.3.4" }, default));
    }

    [Fact]
    public async Task S3_7_Instances_are_fetched_as_they_are_stored_each_once_and_what_is_not_there_is_told()
    {
        using var folder = new TemporaryFolder();
        var spool = new Spool(folder.Path, limit: 200_000);
        var fetcher = new WadoFetcher("old", new WadoClient(fixture.Http, fixture.Options), spool);
        foreach (var study in fixture.Volume.Studies.OrderByDescending(s => s.Instances.Count).Take(12))
        {
            var absent = study.Instances[0].Object with { Id = "1.2.3" };
            var document = new StudyObject { Id = "report.pdf", Kind = StudyObjectKind.Document };
            var left = study.Instances[0]; // not wanted: must not come
            var wanted = study.Instances.Skip(1).Select(i => i.Object).Append(absent).Append(document).ToList();
            var received = new ConcurrentDictionary<string, ObjectDigest>();
            var missing = await fetcher.FetchAsync(
                study.Exam,
                wanted,
                async (one, stop) =>
                {
                    await using var content = one.Content.OpenRead();
                    Assert.Equal(one.Digest, ObjectDigest.Of((await Dicom.DicomFile.ReadAsync(content, cancellationToken: stop)).Digest.Span, one.Digest.Bytes));
                    Assert.True(received.TryAdd(one.Object.Id, one.Digest));
                },
                default);
            Assert.Equal([("1.2.3", false), ("report.pdf", false)], missing.Select(m => (m.Object.Id, m.MayComeLater)));
            Assert.Equal(
                study.Instances.Where(i => i != left).Select(i => (i.Uid, i.Digest())).OrderBy(p => p.Uid),
                received.Select(r => (r.Key, r.Value)).OrderBy(p => p.Key));
        }

        Assert.Equal(0, spool.Used);
    }

    [Fact]
    public async Task What_goes_wrong_where_an_object_is_taken_ends_the_fetching()
    {
        using var folder = new TemporaryFolder();
        var fetcher = new WadoFetcher("old", new WadoClient(fixture.Http, fixture.Options), new Spool(folder.Path));
        var study = fixture.Volume.Studies.MaxBy(s => s.Instances.Count)!;
        var error = await Assert.ThrowsAnyAsync<Exception>(async () => await fetcher.FetchAsync(
            study.Exam, [.. study.Instances.Select(i => i.Object)], (_, _) => throw new PacsException("full") { Failure = PacsFailure.Fenced }, default));
        Assert.Equal(PacsFailure.Fenced, Assert.IsType<PacsException>(error).Failure);
    }

    [Fact]
    public async Task A_source_that_is_away_is_told_as_such()
    {
        using var folder = new TemporaryFolder();
        var nobody = new DicomWebOptions { Root = new Uri($"http://127.0.0.1:{Local.LocalPorts.Next()}/") };
        var source = new QidoExamSource("old", new QidoClient(fixture.Http, nobody));
        var error = await Assert.ThrowsAsync<PacsException>(async () => await source.ReadPageAsync(ExamWindow.Everything, null, 50, default));
        Assert.Equal(PacsFailure.Unavailable, error.Failure);
        var fetcher = new WadoFetcher("old", new WadoClient(fixture.Http, nobody), new Spool(folder.Path));
        var study = fixture.Volume.Studies[0];
        await Assert.ThrowsAsync<PacsException>(async () => await fetcher.FetchAsync(study.Exam, [study.Instances[0].Object], (_, _) => default, default));
    }

    private async Task<List<ExamRecord>> ReadAsync(ExamWindow window, int pageSize)
    {
        var all = new List<ExamRecord>();
        string? at = null;
        do
        {
            var page = await _source.ReadPageAsync(window, at, pageSize, default);
            Assert.Null(page.Alarm);
            Assert.True(page.Exams.Count <= pageSize);
            all.AddRange(page.Exams);
            at = page.Continuation;
        }
        while (at is not null);
        return all;
    }
}

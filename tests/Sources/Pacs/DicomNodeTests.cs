using System.Collections.Concurrent;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Pacs;
using MedStreams.Sources.Pacs;

namespace MedStreams.Sources.Tests.Pacs;

/// <summary>Old PACS that are read by C-FIND, C-MOVE and C-GET: Orthanc, and dcmqrscp with its habits.</summary>
public sealed class DicomNodeTests(DicomNodeFixture fixture) : IClassFixture<DicomNodeFixture>
{
    private static readonly DicomExamSourceOptions Options = new()
    {
        Answers = new ExamAnswers { Departments = new Dictionary<string, string> { ["CT"] = "RADIOLOGY", ["ES"] = "ENDOSCOPY" } },
        Limits = new HashSet<int>(),
    };

    [Fact]
    public async Task S3_2_Each_window_lists_its_examinations_page_by_page_and_those_without_a_day_have_one_of_their_own()
    {
        var source = new DicomExamSource(fixture.Orthanc, Options);
        var first = fixture.Volume.Options.FirstDay;
        var listed = new List<ExamRecord>();
        for (var day = first; day < first.AddDays(fixture.Volume.Options.Days); day = day.AddDays(3))
            listed.AddRange(await ReadAsync(source, ExamWindow.Days(day, day.AddDays(2)), 2));
        var dated = fixture.Volume.Studies.Where(s => s.Exam.StudyDate is not null).Select(s => s.Exam.StudyInstanceUid);
        Assert.Equal(dated.Order(), listed.Select(e => e.StudyInstanceUid).Order());

        var undated = await ReadAsync(source, ExamWindow.WithoutDate, 5);
        Assert.Equal(
            fixture.Volume.Studies.Where(s => s.Exam.StudyDate is null).Select(s => s.Exam.StudyInstanceUid).Order(),
            undated.Select(e => e.StudyInstanceUid).Order());
        Assert.NotEmpty(undated);
        Assert.Equal(fixture.Volume.Studies.Count, (await ReadAsync(source, ExamWindow.Everything, 1_000)).Count);
    }

    [Fact]
    public async Task S3_2_A_continuation_goes_on_where_it_ended_in_a_new_process_too()
    {
        var before = new DicomExamSource(fixture.Orthanc, Options);
        var page = await before.ReadPageAsync(ExamWindow.Everything, null, 7, default);
        var after = await new DicomExamSource(fixture.Orthanc, Options).ReadPageAsync(ExamWindow.Everything, page.Continuation, 1_000, default);
        Assert.Equal(
            fixture.Volume.Studies.Select(s => s.Exam.StudyInstanceUid).Order(StringComparer.Ordinal),
            page.Exams.Concat(after.Exams).Select(e => e.StudyInstanceUid));
    }

    [Fact]
    public async Task S3_2_A_result_that_looks_cut_is_an_alarm_and_a_window_of_days_is_asked_in_halves()
    {
        var count = fixture.Volume.Studies.Count;
        var source = new DicomExamSource(fixture.Orthanc, Options with { Limits = new HashSet<int> { count, fixture.Volume.Studies.Count(s => s.Exam.StudyDate is not null) } });
        Assert.NotNull((await source.ReadPageAsync(ExamWindow.Everything, null, 1_000, default)).Alarm);
        var first = fixture.Volume.Options.FirstDay;
        var days = await source.ReadPageAsync(ExamWindow.Days(first, first.AddDays(fixture.Volume.Options.Days)), null, 1_000, default);
        Assert.Null(days.Alarm);
        Assert.Equal(fixture.Volume.Studies.Count(s => s.Exam.StudyDate is not null), days.Exams.Count);
    }

    [Fact]
    public async Task S3_1_A_record_tells_what_is_needed_to_order_and_group_it()
    {
        foreach (var found in await ReadAsync(new DicomExamSource(fixture.Orthanc, Options), ExamWindow.Everything, 1_000))
        {
            var exam = fixture.Volume.Studies.Single(s => s.Exam.StudyInstanceUid == found.StudyInstanceUid).Exam;
            Assert.Equal(
                (exam.PatientId, exam.PatientName, exam.AccessionNumber, exam.StudyDate, exam.StudyTime, exam.Series, exam.Instances, exam.Description),
                (found.PatientId, found.PatientName, found.AccessionNumber, found.StudyDate, found.StudyTime, found.Series, found.Instances, found.Description));
            Assert.Equal(exam.Modalities.Order(), found.Modalities.Order());
        }
    }

    [Fact]
    public async Task S3_6_The_hierarchy_of_a_study_is_collected()
    {
        var collector = new DicomStudyCollector(fixture.Orthanc);
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
    public async Task S3_6_A_PACS_that_pads_UIDs_and_does_not_count_is_read_all_the_same()
    {
        var exams = await ReadAsync(new DicomExamSource(fixture.Dcmqrscp, Options), ExamWindow.Everything, 10);
        var studies = fixture.Plain.Studies.Where(s => s.Instances.Any(i => fixture.Taken.Contains(i.Uid))).ToList();
        Assert.Equal(studies.Select(s => s.Exam.StudyInstanceUid).Order(), exams.Select(e => e.StudyInstanceUid).Order());
        Assert.All(exams, e => Assert.Null(e.Instances));
        var collector = new DicomStudyCollector(fixture.Dcmqrscp);
        foreach (var study in studies)
        {
            var found = await collector.CollectAsync(exams.Single(e => e.StudyInstanceUid == study.Exam.StudyInstanceUid), default);
            Assert.Equal(study.Instances.Select(i => i.Uid).Where(fixture.Taken.Contains).Order(), found!.Objects.Select(o => o.Id).Order());
        }
    }

    [Theory]
    [InlineData("move", true)]
    [InlineData("move", false)]
    [InlineData("get", true)]
    [InlineData("get", false)]
    public async Task S3_7_Instances_are_fetched_as_they_are_stored_each_once_and_what_is_not_there_is_told(string how, bool isWhole)
    {
        var fetcher = Fetcher(fixture.Orthanc, how);
        foreach (var study in fixture.Volume.Studies.OrderByDescending(s => s.Instances.Count).Take(isWhole ? 100 : 6))
        {
            var absent = study.Instances[0].Object with { Id = "1.2.3" };
            var document = new StudyObject { Id = "report.pdf", Kind = StudyObjectKind.Document };
            var left = isWhole ? null : study.Instances[0];
            var wanted = study.Instances.Where(i => i != left).Select(i => i.Object).Append(absent).Append(document).ToList();
            var received = new ConcurrentDictionary<string, ObjectDigest>();
            var missing = await FetchAsync(fetcher, study.Exam, wanted, received);
            Assert.Equal(["1.2.3", "report.pdf"], missing.Select(m => m.Object.Id).Order());
            Assert.Equal(
                study.Instances.Where(i => i != left).Select(i => (i.Uid, i.Digest())).OrderBy(p => p.Uid),
                received.Select(r => (r.Key, r.Value)).OrderBy(p => p.Key));
        }

        Assert.Equal(0, fixture.Spool.Used);
    }

    [Theory]
    [InlineData("move")]
    [InlineData("get")]
    public async Task S3_7_All_comes_from_dcmqrscp_and_what_it_does_not_write_anew_byte_for_byte(string how)
    {
        var fetcher = Fetcher(fixture.Dcmqrscp, how);
        var collector = new DicomStudyCollector(fixture.Dcmqrscp);
        foreach (var exam in await ReadAsync(new DicomExamSource(fixture.Dcmqrscp, Options), ExamWindow.Everything, 100))
        {
            var collection = await collector.CollectAsync(exam, default);
            var received = new ConcurrentDictionary<string, ObjectDigest>();
            Assert.Empty(await FetchAsync(fetcher, exam, collection!.Objects, received));
            foreach (var one in fixture.Plain.Studies.SelectMany(s => s.Instances).Where(i => collection.Objects.Any(o => o.Id == i.Uid)))
            {
                // It keeps no account of transfer syntaxes: what it holds as implicit or big endian, it sends as explicit, little endian.
                if (one.Syntax.Uid == Dicom.TransferSyntax.ExplicitLittleEndian.Uid)
                    Assert.Equal(one.Digest(), received[one.Uid]);
            }
        }
    }

    [Fact]
    public async Task S3_7_A_destination_that_the_PACS_does_not_know_is_told_with_the_cure()
    {
        var study = fixture.Volume.Studies[0];
        foreach (var node in new[] { fixture.Orthanc, fixture.Dcmqrscp })
        {
            var fetcher = new MoveFetcher(node, new MoveReceiver("NOBODY"), fixture.Spool);
            var missing = new List<MissingObject>();
            var error = await Record.ExceptionAsync(async () => missing.AddRange(await fetcher.FetchAsync(study.Exam, [study.Instances[0].Object], (_, _) => default, default)));
            Assert.True(error is PacsException { Failure: PacsFailure.Refused } || missing.Count == 1, $"{error}");
        }
    }

    [Fact]
    public async Task What_goes_wrong_where_an_object_is_taken_ends_the_fetching()
    {
        var study = fixture.Volume.Studies.MaxBy(s => s.Instances.Count)!;
        foreach (var how in new[] { "move", "get" })
        {
            var error = await Assert.ThrowsAnyAsync<Exception>(async () => await Fetcher(fixture.Orthanc, how).FetchAsync(
                study.Exam, [.. study.Instances.Select(i => i.Object)], (_, _) => throw new PacsException("full") { Failure = PacsFailure.Fenced }, default));
            Assert.Equal(PacsFailure.Fenced, Assert.IsType<PacsException>(error).Failure);
        }

        Assert.Equal(0, fixture.Spool.Used);
    }

    [Fact]
    public async Task A_source_that_is_away_is_told_as_such()
    {
        var nobody = new DicomNode("nobody", new DicomPeer("NOBODY", "127.0.0.1", Local.LocalPorts.Next()), fixture.Orthanc.Options);
        var error = await Assert.ThrowsAsync<PacsException>(async () => await new DicomExamSource(nobody).ReadPageAsync(ExamWindow.Everything, null, 50, default));
        Assert.Equal(PacsFailure.Unavailable, error.Failure);
    }

    private IObjectFetcher Fetcher(DicomNode node, string how) =>
        how == "move" ? new MoveFetcher(node, fixture.Receiver, fixture.Spool) : new GetFetcher(node, fixture.Spool);

    private static async Task<IReadOnlyList<MissingObject>> FetchAsync(
        IObjectFetcher fetcher, ExamRecord exam, IReadOnlyList<StudyObject> wanted, ConcurrentDictionary<string, ObjectDigest> received) => await fetcher.FetchAsync(
            exam,
            wanted,
            async (one, stop) =>
            {
                await using var content = one.Content.OpenRead();
                Assert.Equal(one.Digest, ObjectDigest.Of((await Dicom.DicomFile.ReadAsync(content, cancellationToken: stop)).Digest.Span, one.Digest.Bytes));
                Assert.True(received.TryAdd(one.Object.Id, one.Digest));
            },
            default);

    private static async Task<List<ExamRecord>> ReadAsync(DicomExamSource source, ExamWindow window, int pageSize)
    {
        var all = new List<ExamRecord>();
        string? at = null;
        do
        {
            var page = await source.ReadPageAsync(window, at, pageSize, default);
            Assert.Null(page.Alarm);
            Assert.True(page.Exams.Count <= pageSize);
            all.AddRange(page.Exams);
            at = page.Continuation;
        }
        while (at is not null);
        return all;
    }
}

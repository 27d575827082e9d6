using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Web;
using MedStreams.Support.DicomWeb;
using MedStreams.Support.Volume;

namespace MedStreams.Dicom.Tests.Web;

/// <summary>The three services against Orthanc.</summary>
public sealed class DicomWebOrthancTests(DicomWebOrthanc fixture) : IClassFixture<DicomWebOrthanc>
{
    private readonly QidoClient _qido = new(fixture.Http, fixture.Options);
    private readonly WadoClient _wado = new(fixture.Http, fixture.Options);
    private readonly StowClient _stow = new(fixture.Http, fixture.Options);

    [Theory]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task Studies_come_page_by_page_each_once(int limit)
    {
        var page = await new QidoPaging(_qido).ReadAllAsync(new QidoQuery { Level = QidoLevel.Studies }, limit);
        Assert.Null(page.Alarm);
        Assert.Superset(
            fixture.Volume.Studies.Select(s => s.Exam.StudyInstanceUid).ToHashSet(),
            page.Items.Select(i => i.Text(Tags.StudyInstanceUid)!).ToHashSet());
        foreach (var study in fixture.Volume.Studies)
        {
            var found = page.Items.Single(i => i.Text(Tags.StudyInstanceUid) == study.Exam.StudyInstanceUid);
            Assert.Equal(study.Exam.PatientName, found.Text(Tags.PatientName));
            Assert.Equal(study.Exam.PatientId, found.Text(Tags.PatientId));
            Assert.Equal(study.Exam.Instances, found.Integer(Tags.NumberOfStudyRelatedInstances));
        }
    }

    [Fact]
    public async Task A_range_of_days_finds_the_studies_of_these_days_and_none_without_one()
    {
        var (from, to) = (fixture.Volume.Options.FirstDay.AddDays(5), fixture.Volume.Options.FirstDay.AddDays(12));
        var page = await new QidoPaging(_qido).ReadAllAsync(
            new QidoQuery { Level = QidoLevel.Studies, Matches = [new(Tags.StudyDate, $"{from:yyyyMMdd}-{to:yyyyMMdd}")] }, 50);
        var found = page.Items.Select(i => i.Text(Tags.StudyInstanceUid)!).ToHashSet();
        var expected = fixture.Volume.Studies.Where(s => s.Exam.StudyDate >= from && s.Exam.StudyDate <= to).Select(s => s.Exam.StudyInstanceUid);
        Assert.Superset(expected.ToHashSet(), found);
        // A day such as 20191340 is within, for Orthanc. Other tests store studies of their own.
        Assert.All(
            fixture.Volume.Studies.Where(s => found.Contains(s.Exam.StudyInstanceUid)).ExceptBy(expected, s => s.Exam.StudyInstanceUid),
            study => Assert.True(study is { WrittenDate.Length: 8, Exam.StudyDate: null }));
    }

    [Fact]
    public async Task Series_and_instances_of_a_study_are_found()
    {
        var study = fixture.Volume.Studies.MaxBy(s => s.Instances.Count)!;
        var paging = new QidoPaging(_qido);
        var series = await paging.ReadAllAsync(new QidoQuery { Level = QidoLevel.Series, Study = study.Exam.StudyInstanceUid }, 2);
        Assert.Equal(study.Instances.Select(i => i.SeriesUid).Distinct().Order(), series.Items.Select(i => i.Text(Tags.SeriesInstanceUid)!).Order());
        var instances = await paging.ReadAllAsync(new QidoQuery { Level = QidoLevel.Instances, Study = study.Exam.StudyInstanceUid }, 5);
        Assert.Equal(study.Instances.Select(i => i.Uid).Order(), instances.Items.Select(i => i.Text(Tags.SopInstanceUid)!).Order());
    }

    [Fact]
    public async Task Instances_of_every_transfer_syntax_come_as_they_are_stored()
    {
        using var folder = new TemporaryFolder();
        var spool = new Spool(folder.Path);
        var syntaxes = new HashSet<string>();
        foreach (var study in fixture.Volume.Studies)
        {
            var expected = study.Instances.ToDictionary(i => i.Uid);
            await using var answer = await _wado.RetrieveAsync(new DicomWebPath(study.Exam.StudyInstanceUid));
            Assert.False(answer.IsPartial);
            while (await answer.NextAsync() is { } file)
            {
                await using var instance = await SpooledInstance.ReceiveFileAsync(file, spool, default);
                Assert.True(expected.Remove(instance.Identity.SopInstanceUid, out var original));
                Assert.Equal(original.Digest(), instance.Digest);
                syntaxes.Add(instance.Syntax.Uid);
            }

            Assert.Empty(expected);
        }

        Assert.True(syntaxes.Count >= 8, string.Join(" ", syntaxes));
        Assert.Equal(0, spool.Used);
    }

    [Fact]
    public async Task A_series_and_an_instance_are_retrieved_alone()
    {
        var wanted = fixture.Volume.Instances.First();
        var series = fixture.Volume.Instances.Where(i => i.SeriesUid == wanted.SeriesUid).Select(i => i.Uid);
        Assert.Equal(series.Order(), (await UidsAsync(new DicomWebPath(wanted.Exam.StudyInstanceUid, wanted.SeriesUid))).Order());
        Assert.Equal([wanted.Uid], await UidsAsync(new DicomWebPath(wanted.Exam.StudyInstanceUid, wanted.SeriesUid, wanted.Uid)));
    }

    [Fact]
    public async Task Metadata_tell_what_is_in_the_data_sets_without_bulk_data()
    {
        var study = fixture.Volume.Studies.First(s => s.CharacterSet == "GB18030");
        var found = new List<DicomDataSet>();
        await foreach (var dataSet in _wado.ReadMetadataAsync(new DicomWebPath(study.Exam.StudyInstanceUid)))
            found.Add(dataSet);
        Assert.Equal(study.Instances.Select(i => i.Uid).Order(), found.Select(d => d.Text(Tags.SopInstanceUid)!).Order());
        Assert.All(found, d => Assert.Equal(study.Exam.PatientName, d.Text(Tags.PatientName)));
        Assert.All(found, d => Assert.True(d.TryGet(Tags.PixelData, out var pixels) && pixels.BulkDataUri is not null));
    }

    [Fact]
    public async Task What_is_not_there_is_told_as_such()
    {
        var error = await Assert.ThrowsAsync<DicomWebException>(() => _wado.RetrieveAsync(new DicomWebPath("1.2.3.4")));
        Assert.Equal(DicomWebError.NotFound, error.Error);
        Assert.False(error.MayBeRepeated);
        Assert.DoesNotContain("1.2.3.4", error.Message, StringComparison.Ordinal);
        Assert.Empty((await _qido.AskAsync(new QidoQuery { Level = QidoLevel.Instances, Study = "1.2.3.4" }, 0, 10)).Items);
    }

    [Fact]
    public async Task What_is_stored_is_there_byte_for_byte()
    {
        using var folder = new TemporaryFolder();
        var spool = new Spool(folder.Path);
        var study = GeneratedVolume.Of(new VolumeOptions { Instances = 60, Seed = 9 }).Studies.MaxBy(s => s.Instances.Count)!;
        var (known, unknown) = (study.Instances.Select(i => Object(i, true)), study.Instances.Select(i => Object(i, false)));
        foreach (var objects in (IEnumerable<StowObject>[])[unknown, known])
        {
            var answer = await _stow.StoreAsync([.. objects], study.Exam.StudyInstanceUid);
            Assert.All(answer.Results, r => Assert.Equal((StowOutcome.Stored, null), (r.Outcome, r.Reason)));
        }

        foreach (var instance in study.Instances)
        {
            await using var answer = await _wado.RetrieveAsync(new DicomWebPath(study.Exam.StudyInstanceUid, instance.SeriesUid, instance.Uid));
            await using var there = await SpooledInstance.ReceiveFileAsync((await answer.NextAsync())!, spool, default);
            Assert.Equal(instance.Digest(), there.Digest);
        }
    }

    [Fact]
    public async Task Of_several_objects_each_one_s_fate_is_told()
    {
        var study = GeneratedVolume.Of(new VolumeOptions { Instances = 60, Seed = 10 }).Studies[0];
        var stranger = fixture.Volume.Studies[0].Instances[0];
        var answer = await _stow.StoreAsync([Object(study.Instances[0], true), Object(stranger, true)], study.Exam.StudyInstanceUid);
        Assert.Equal([StowOutcome.Stored, StowOutcome.Failed], answer.Results.Select(r => r.Outcome));
        Assert.Equal("0110, processing failure", answer.Results[1].Reason!.Value.ToString());

        var noDicom = new StowObject("1.2.3", _ => new ValueTask<Stream>(new MemoryStream(new byte[1000])), 1000);
        answer = await _stow.StoreAsync([Object(study.Instances[0], true), noDicom]);
        Assert.Equal([StowOutcome.Stored, StowOutcome.Unmentioned], answer.Results.Select(r => r.Outcome));
    }

    [Fact]
    public async Task Orthanc_says_success_for_other_content_under_a_known_UID_and_keeps_the_old_one()
    {
        using var folder = new TemporaryFolder();
        var spool = new Spool(folder.Path);
        var study = fixture.Volume.Studies.First(s => s.Changed.Count > 0);
        var changed = study.Changed[0];
        var answer = await _stow.StoreAsync([Object(changed, true)], study.Exam.StudyInstanceUid);
        Assert.Equal(StowOutcome.Stored, answer.Results[0].Outcome);
        await using var back = await _wado.RetrieveAsync(new DicomWebPath(study.Exam.StudyInstanceUid, changed.SeriesUid, changed.Uid));
        await using var there = await SpooledInstance.ReceiveFileAsync((await back.NextAsync())!, spool, default);
        Assert.Equal(study.Instances.Single(i => i.Uid == changed.Uid).Digest(), there.Digest);
        Assert.NotEqual(changed.Digest(), there.Digest);
    }

    [Fact]
    public async Task Files_of_other_makers_survive_storing_and_retrieving()
    {
        using var folder = new TemporaryFolder();
        var spool = new Spool(folder.Path);
        var compared = 0;
        foreach (var path in VolumeFiles.OfPydicom)
        {
            if (await ReceiveAsync(path, spool) is not { } original)
                continue;
            await using (original)
            {
                var sent = await _stow.StoreAsync([new StowObject(original.Identity.SopInstanceUid, _ => new ValueTask<Stream>(File.OpenRead(path)), new FileInfo(path).Length)]);
                if (sent.Results[0].Outcome != StowOutcome.Stored)
                    continue;
                var at = (await _qido.AskAsync(
                    new QidoQuery { Level = QidoLevel.Instances, Matches = [new(Tags.SopInstanceUid, original.Identity.SopInstanceUid)] }, 0, 10)).Items;
                Assert.Contains(at, item => item.Text(Tags.SopInstanceUid) == original.Identity.SopInstanceUid);
                if (original.Identity.StudyInstanceUid.Length == 0)
                    continue;
                await using var answer = await _wado.RetrieveAsync(
                    new DicomWebPath(original.Identity.StudyInstanceUid, original.Identity.SeriesInstanceUid, original.Identity.SopInstanceUid));
                await using var back = await SpooledInstance.ReceiveFileAsync((await answer.NextAsync())!, spool, default);
                compared += original.Digest == back.Digest ? 1 : 0; // files of one UID with other content are among them
            }
        }

        Assert.True(compared > 45, $"{compared}");
    }

    private static async Task<SpooledInstance?> ReceiveAsync(string path, Spool spool)
    {
        await using var file = File.OpenRead(path);
        try
        {
            return await SpooledInstance.ReceiveFileAsync(file, spool, default);
        }
        catch (DicomException)
        {
            return null;
        }
    }

    private static StowObject Object(GeneratedInstance instance, bool saysLength)
    {
        var file = instance.ToFile();
        return new StowObject(instance.Uid, _ => new ValueTask<Stream>(new MemoryStream(file.ToArray())), saysLength ? file.Length : null);
    }

    private async Task<List<string>> UidsAsync(DicomWebPath path)
    {
        using var folder = new TemporaryFolder();
        var uids = new List<string>();
        await using var answer = await _wado.RetrieveAsync(path);
        while (await answer.NextAsync() is { } file)
        {
            await using var instance = await SpooledInstance.ReceiveFileAsync(file, new Spool(folder.Path), default);
            uids.Add(instance.Identity.SopInstanceUid);
        }

        return uids;
    }
}

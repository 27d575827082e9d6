using System.Text;
using System.Text.Json;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Differences;
using MedStreams.Dicom.Pacs.Reporting;
using MedStreams.Dicom.Pacs.Verifying;
using MedStreams.Dicom.Web;
using MedStreams.Local;
using MedStreams.Sources.Pacs;
using MedStreams.Support.DicomWeb;
using MedStreams.Support.Volume;

namespace MedStreams.Sources.Tests.Pacs;

/// <summary>Two real PACS compared: nothing where nothing differs, and everything that was done to one of them.</summary>
public sealed class DifferenceReportTests(DicomWebOrthanc fixture) : IClassFixture<DicomWebOrthanc>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_lost_added_and_flipped_in_an_Orthanc_is_found_and_nothing_else()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var other = await PrivateOrthanc.StartAsync(
            options: new OrthancOptions
            {
                HasDicomWeb = true,
                Configuration = new Dictionary<string, object> { ["MaximumStorageCacheSize"] = 0 }, // else it answers from memory what is no longer on its disk
            },
            cancellationToken: stop);
        await other.LoadAsync(fixture.Volume, stop);
        var same = await CompareAsync(other, "same", VerificationLevel.Digests);
        Assert.True(same.Summary.IsEmpty, await TextAsync(same));
        Assert.Equal(fixture.Volume.Studies.Count, same.Summary.Equal);
        Assert.Equal(fixture.Volume.Instances.Count(), same.Summary.Objects);
        Assert.Equal(fixture.Volume.Instances.Sum(i => i.Digest().Bytes), same.Summary.Bytes);

        var (lost, cut, flipped) = (fixture.Volume.Studies[1], fixture.Volume.Studies[2], fixture.Volume.Studies[4].Instances[0]);
        using (var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{other.HttpPort}/") })
        {
            await DeleteAsync(http, "Study", "StudyInstanceUID", lost.Exam.StudyInstanceUid);
            await DeleteAsync(http, "Instance", "SOPInstanceUID", cut.Instances[^1].Uid);
        }

        var extra = GeneratedVolume.Of(new VolumeOptions { Instances = 1, Seed = 77 });
        await other.LoadAsync(extra, stop);
        Flip(other, flipped);

        Assert.Equal(0, (await CompareAsync(other, "objects", VerificationLevel.Objects)).Differences.Count(d => d.StudyInstanceUid == flipped.Exam.StudyInstanceUid));
        var found = await CompareAsync(other, "digests", VerificationLevel.Digests);
        Assert.Equal(
            new[] { lost.Exam.StudyInstanceUid, cut.Exam.StudyInstanceUid, flipped.Exam.StudyInstanceUid, extra.Studies[0].Exam.StudyInstanceUid }.Order(StringComparer.Ordinal),
            found.Differences.Select(d => d.StudyInstanceUid));
        Assert.Equal(StudyDifferenceKind.Missing, Of(lost.Exam).Kind);
        Assert.Equal(StudyDifferenceKind.Extra, Of(extra.Studies[0].Exam).Kind);
        Assert.Equal((cut.Instances[^1].Uid, DifferenceKind.Missing), (Of(cut.Exam).Objects.Single().Id, Of(cut.Exam).Objects.Single().Kind));
        Assert.Equal((flipped.Uid, DifferenceKind.Digest), (Of(flipped.Exam).Objects.Single().Id, Of(flipped.Exam).Objects.Single().Kind));

        StudyDifference Of(ExamRecord exam) => found.Differences.Single(d => d.StudyInstanceUid == exam.StudyInstanceUid);
    }

    private async Task<(DifferenceSummary Summary, List<StudyDifference> Differences)> CompareAsync(PrivateOrthanc other, string name, VerificationLevel level)
    {
        var run = new DifferenceRun(
            Side("old", fixture.Options), Side("new", new DicomWebOptions { Root = other.DicomWeb }), Path.Combine(_folder.Path, name), new DifferenceOptions { Level = level, PageSize = 20 });
        var summary = await run.RunAsync(TestContext.Current.CancellationToken);
        return (summary, await run.ReadAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
    }

    private PacsSide Side(string name, DicomWebOptions service)
    {
        var spool = new Spool(Path.Combine(_folder.Path, Guid.NewGuid().ToString("N")));
        var client = new QidoClient(fixture.Http, service);
        return new PacsSide(
            new QidoExamSource(name, client),
            new CollectedHoldings(new QidoStudyCollector(name, client), new WadoFetcher(name, new WadoClient(fixture.Http, service), spool)));
    }

    private static async Task<string> TextAsync((DifferenceSummary Summary, List<StudyDifference> Differences) found)
    {
        var text = new StringWriter();
        await TextReport.WriteAsync(ReportDocuments.Of(found.Summary, found.Differences.ToAsyncEnumerable()), text, TestContext.Current.CancellationToken);
        return text.ToString();
    }

    private static async Task DeleteAsync(HttpClient http, string level, string name, string uid)
    {
        using var query = new StringContent(JsonSerializer.Serialize(new { Level = level, Query = new Dictionary<string, string> { [name] = uid } }), Encoding.UTF8);
        using var answer = await http.PostAsync(new Uri("tools/find", UriKind.Relative), query, TestContext.Current.CancellationToken);
        var id = JsonSerializer.Deserialize<string[]>(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!.Single();
        using var deleted = await http.DeleteAsync(new Uri($"{(level == "Study" ? "studies" : "instances")}/{id}", UriKind.Relative), TestContext.Current.CancellationToken);
        deleted.EnsureSuccessStatusCode();
    }

    /// <summary>One bit of its pixels, behind Orthanc's back.</summary>
    private static void Flip(PrivateOrthanc orthanc, GeneratedInstance instance)
    {
        var bytes = instance.ToFile();
        var path = Directory.EnumerateFiles(Path.Combine(orthanc.Folder, "storage"), "*", SearchOption.AllDirectories)
            .Single(p => new FileInfo(p).Length == bytes.Length && File.ReadAllBytes(p).AsSpan().SequenceEqual(bytes.Span));
        var changed = bytes.ToArray();
        changed[^20] ^= 1;
        File.WriteAllBytes(path, changed);
    }
}

using System.Net.Http.Json;
using System.Text.Json;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Services;
using MedStreams.Local;
using MedStreams.Support;

namespace MedStreams.Dicom.Tests.Network.Peers;

/// <summary>Our user against Orthanc, and Orthanc's user against our provider.</summary>
public sealed class OrthancTests : IAsyncLifetime
{
    private PrivateOrthanc _orthanc = null!;
    private DicomServer _server = null!;
    private readonly KeepingHandler _taken = new();
    private readonly KeepingReports _reports = new();

    // DCMTK, which Orthanc sends with, writes these anew: group lengths, lengths of sequences, wrong VRs, what stands behind the end.
    private static readonly string[] Rewritten =
    [
        "chrJapMulti.dcm", "chrKoreanMulti.dcm", "693_J2KI.dcm", "CT_small.dcm", "JPEG-lossy.dcm", "JPEG2000-embedded-sequence-delimiter.dcm", "MR_small.dcm",
        "SC_rgb_gdcm_KY.dcm", "SC_rgb_jpeg_lossy_gdcm.dcm", "image_dfl.dcm", "liver_1frame.dcm", "reportsi.dcm", "waveform_ecg.dcm",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DicomPeer Peer => new(PrivateOrthanc.AeTitle, "127.0.0.1", _orthanc.DicomPort);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PrivateOrthanc.FindProgram() is null, "Orthanc is not installed");
        _server = TestNetwork.Serve(
            new DicomHandlers { Store = _taken, CommitmentReports = _reports, Commitment = new TakenProvider(_taken, () => Peer) }, o => o with { Network = o.Network with { AeTitle = TestNetwork.Options.AeTitle } });
        _orthanc = await PrivateOrthanc.StartAsync(
            options: new OrthancOptions
            {
                Configuration = new Dictionary<string, object>
                {
                    ["DicomModalities"] = new Dictionary<string, object>
                    {
                        ["us"] = new Dictionary<string, object>
                        {
                            ["AET"] = TestNetwork.Options.AeTitle,
                            ["Host"] = "127.0.0.1",
                            ["Port"] = _server.EndPoint.Port,
                        },
                    },
                    ["UnknownSopClassAccepted"] = true,
                    ["LimitFindResults"] = 20,
                    ["LimitFindInstances"] = 20,
                    ["DefaultEncoding"] = "Utf8",
                },
            },
            cancellationToken: Stop);
    }

    public async ValueTask DisposeAsync()
    {
        if (_orthanc is not null)
            await _orthanc.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
    }

    [Fact]
    public async Task Instances_go_in_are_found_moved_got_and_committed_and_stay_the_same_to_the_byte_but_for_what_DCMTK_writes_anew()
    {
        var samples = await StoreAllAsync();
        await using var association = await OpenAsync([.. FindService.Contexts, .. RetrieveService.MoveContexts, .. CommitmentService.RequestContexts]);
        Assert.Equal(16384, association.PeerMaxPduLength);

        var images = new List<string>();
        foreach (var study in samples.Select(s => s.Study).Distinct())
            images.AddRange(await ImagesAsync(association, study));
        Assert.Equal(samples.Select(s => s.SopInstance).Order(), images.Order());

        await CheckMoveAsync(association, samples);
        await CheckGetAsync(samples);
        await CheckCommitmentAsync(association, samples);
        await association.ReleaseAsync(Stop);
    }

    [Fact]
    public async Task A_result_that_Orthanc_cuts_is_seen_and_a_query_that_is_left_early_leaves_the_association_in_use()
    {
        await using (var storing = await OpenAsync([TestNetwork.Of(TestNetwork.SecondaryCapture)]))
        {
            for (var i = 0; i < 25; i++)
            {
                var dataSet = TinyInstance.Of($"1.2.826.0.1.3680043.10.1429.9.{i}", $"1.2.826.0.1.3680043.10.1429.9.{i}.1", $"1.2.826.0.1.3680043.10.1429.9.{i}.1.1");
                Assert.Equal(DimseStatus.Success, await storing.StoreAsync(
                    TestNetwork.SecondaryCapture, $"1.2.826.0.1.3680043.10.1429.9.{i}.1.1", TransferSyntax.ExplicitLittleEndian, new MemoryStream(dataSet), Stop));
            }
        }

        await using var association = await OpenAsync(FindService.Contexts);
        var find = association.Find(FindService.Identifier(QueryLevel.Study, (Tags.StudyInstanceUid, DicomVr.UI)));
        await foreach (var _ in find.WithCancellation(Stop))
        {
            // Counted by the operation.
        }

        Assert.Equal((20, true), (find.Matches, find.IsCut));

        var left = association.Find(FindService.Identifier(QueryLevel.Study, (Tags.StudyInstanceUid, DicomVr.UI)));
        await foreach (var _ in left.WithCancellation(Stop))
            break;
        Assert.False(association.IsOver);

        using var cancel = new CancellationTokenSource();
        var cancelled = association.Find(FindService.Identifier(QueryLevel.Study, (Tags.StudyInstanceUid, DicomVr.UI)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in cancelled.WithCancellation(cancel.Token))
                await cancel.CancelAsync();
        });
        Assert.False(association.IsOver);
        var again = association.Find(FindService.Identifier(QueryLevel.Study, (Tags.StudyInstanceUid, DicomVr.UI)));
        await foreach (var _ in again.WithCancellation(Stop))
        {
            // Counted by the operation.
        }

        Assert.Equal(20, again.Matches);
    }

    [Fact]
    public async Task Studies_without_a_date_are_not_found_by_a_window_of_dates()
    {
        await using (var storing = await OpenAsync([TestNetwork.Of(TestNetwork.SecondaryCapture)]))
        {
            await storing.StoreAsync(TestNetwork.SecondaryCapture, "1.2.3.1", TransferSyntax.ExplicitLittleEndian, new MemoryStream(TinyInstance.Of("1.2.3.1.1", "1.2.3.1.2", "1.2.3.1")), Stop);
            await storing.StoreAsync(
                TestNetwork.SecondaryCapture, "1.2.3.2", TransferSyntax.ExplicitLittleEndian, new MemoryStream(TinyInstance.Of("1.2.3.2.1", "1.2.3.2.2", "1.2.3.2", date: "20260105")), Stop);
        }

        await using var association = await OpenAsync(FindService.Contexts);
        Assert.Equal(["1.2.3.2.1"], await StudiesAsync(association, "19000101-29991231"));
        Assert.Equal(["1.2.3.1.1", "1.2.3.2.1"], (await StudiesAsync(association, null)).Order());
    }

    [Fact]
    public async Task Orthanc_asks_us_to_answer_for_what_it_sent_and_is_told_what_is_not_here()
    {
        await using (var storing = await OpenAsync([TestNetwork.Of(TestNetwork.SecondaryCapture)]))
        {
            var dataSet = TinyInstance.Of("1.2.3.1.1", "1.2.3.1.2", "1.2.3.1");
            await storing.StoreAsync(TestNetwork.SecondaryCapture, "1.2.3.1", TransferSyntax.ExplicitLittleEndian, new MemoryStream(dataSet), Stop);
        }

        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_orthanc.HttpPort}/") };
        var id = (await http.GetFromJsonAsync<string[]>("instances", Stop))!.Single();
        using (var content = new StringContent(id))
            (await http.PostAsync("modalities/us/store", content, Stop)).EnsureSuccessStatusCode();
        Assert.Equal("1.2.3.1", _taken.Taken.Single().Instance.SopInstance);

        Assert.Equal("Success", await CommitAsync(http, "1.2.3.1"));
        Assert.Equal("Failure", await CommitAsync(http, "1.2.3.1", "1.2.3.2"));
    }

    /// <summary>What Orthanc makes of our report.</summary>
    private static async Task<string> CommitAsync(HttpClient http, params string[] instances)
    {
        var request = new { DicomInstances = instances.Select(i => new { SOPClassUID = TestNetwork.SecondaryCapture, SOPInstanceUID = i }) };
        using var content = new StringContent(JsonSerializer.Serialize(request)); // Orthanc takes no chunks
        using var answer = await http.PostAsync("modalities/us/storage-commitment", content, Stop);
        var path = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("Path").GetString()!;
        var status = "";
        await Eventually.Holds(async () =>
            (status = (await http.GetFromJsonAsync<JsonElement>(path, Stop)).GetProperty("Status").GetString()!) != "Pending");
        return status;
    }

    private async Task<IReadOnlyList<string>> StudiesAsync(DicomAssociation association, string? dates)
    {
        var identifier = FindService.Identifier(QueryLevel.Study, (Tags.StudyInstanceUid, DicomVr.UI), (Tags.StudyDate, DicomVr.DA));
        if (dates is not null)
            identifier.Set(Tags.StudyDate, DicomVr.DA, dates);
        var studies = new List<string>();
        await foreach (var match in association.Find(identifier).WithCancellation(Stop))
            studies.Add(match.Text(Tags.StudyInstanceUid)!);
        return studies;
    }

    private Task<DicomAssociation> OpenAsync(IReadOnlyList<ContextRequest> contexts, DicomHandlers? handlers = null) =>
        DicomAssociation.OpenAsync(Peer, contexts, TestNetwork.Options, handlers, Stop);

    private async Task<IReadOnlyList<SampleFile>> StoreAllAsync()
    {
        var stored = new List<SampleFile>();
        foreach (var (contexts, objects) in ContextPlan.Split((await SampleFile.AllAsync()).Where(s => !s.IsMislabelled), s => (s.SopClass, s.Syntax)))
        {
            await using var association = await OpenAsync(contexts);
            foreach (var sample in objects)
            {
                var status = await association.StoreAsync(sample.SopClass, sample.SopInstance, sample.Syntax, new MemoryStream(sample.DataSet), Stop);
                if (status.IsDone)
                    stored.Add(sample);
            }

            await association.ReleaseAsync(Stop);
        }

        Assert.True(stored.Count > 38, $"{stored.Count}");
        return stored;
    }

    private static async Task<IReadOnlyList<string>> ImagesAsync(DicomAssociation association, string study)
    {
        var series = FindService.Identifier(QueryLevel.Series, (Tags.SeriesInstanceUid, DicomVr.UI));
        series.Set(Tags.StudyInstanceUid, DicomVr.UI, study);
        var uids = new List<string>();
        await foreach (var match in association.Find(series).WithCancellation(Stop))
            uids.Add(match.Text(Tags.SeriesInstanceUid)!);
        var images = new List<string>();
        foreach (var uid in uids)
        {
            var image = FindService.Identifier(QueryLevel.Image, (Tags.SopInstanceUid, DicomVr.UI), (Tags.SopClassUid, DicomVr.UI));
            image.Set(Tags.StudyInstanceUid, DicomVr.UI, study);
            image.Set(Tags.SeriesInstanceUid, DicomVr.UI, uid);
            await foreach (var match in association.Find(image).WithCancellation(Stop))
                images.Add(match.Text(Tags.SopInstanceUid)!);
        }

        return images;
    }

    private async Task CheckMoveAsync(DicomAssociation association, IReadOnlyList<SampleFile> samples)
    {
        foreach (var study in samples.Select(s => s.Study).Distinct())
        {
            var outcome = await association.MoveAsync(new RetrieveRequest(study), TestNetwork.Options.AeTitle, cancellationToken: Stop);
            Assert.True(outcome.IsComplete, outcome.Status.ToString());
            Assert.Equal(samples.Count(s => s.Study == study), outcome.Counts.Done);
        }

        CheckTaken(_taken, samples);
        Assert.All(_taken.Taken, t => Assert.Equal(TestNetwork.Options.AeTitle, t.Instance.MoveOriginator));
        var unknown = await association.MoveAsync(new RetrieveRequest(samples[0].Study), "NOBODY", cancellationToken: Stop);
        Assert.Equal(DimseStatusKind.Failure, unknown.Status.Kind);
    }

    private async Task CheckGetAsync(IReadOnlyList<SampleFile> samples)
    {
        var taken = new KeepingHandler();
        foreach (var (contexts, objects) in ContextPlan.Split(samples, s => (s.SopClass, s.Syntax), most: 100))
        {
            await using var association = await OpenAsync(
                [.. RetrieveService.GetContexts, .. contexts.Select(c => c with { IsProvider = true })], new DicomHandlers { Store = taken });
            foreach (var study in objects.Select(o => o.Study).Distinct())
            {
                var outcome = await association.GetAsync(new RetrieveRequest(study), cancellationToken: Stop);
                Assert.True(outcome.IsComplete, $"{outcome.Status} {outcome.Counts}");
            }

            await association.ReleaseAsync(Stop);
        }

        CheckTaken(taken, samples);
    }

    private static void CheckTaken(KeepingHandler taken, IReadOnlyList<SampleFile> samples)
    {
        var rewritten = new List<string>();
        var byUid = taken.Taken.ToDictionary(t => t.Instance.SopInstance);
        foreach (var sample in samples)
        {
            var (instance, dataSet) = byUid[sample.SopInstance];
            Assert.Equal(sample.Syntax.Uid, instance.Syntax.Uid);
            if (!sample.Sent.SequenceEqual(dataSet))
                rewritten.Add(Path.GetFileName(sample.Path));
        }

        Assert.True(Rewritten.SequenceEqual(rewritten), string.Join(", ", rewritten));
    }

    private async Task CheckCommitmentAsync(DicomAssociation association, IReadOnlyList<SampleFile> samples)
    {
        var transaction = Uids.New();
        var missing = new InstanceReference(TestNetwork.SecondaryCapture, "1.2.3.4.5.6.7");
        await association.RequestCommitmentAsync(transaction, [.. samples.Select(s => new InstanceReference(s.SopClass, s.SopInstance)), missing], Stop);
        await Eventually.Holds(() => _reports.Came.Any(r => r.TransactionUid == transaction));
        var report = _reports.Came.First(r => r.TransactionUid == transaction);
        Assert.Equal(samples.Select(s => s.SopInstance).Order(), report.Committed.Select(c => c.SopInstance).Order());
        Assert.Equal([new CommitmentFailure(missing, DimseStatus.NoSuchInstance)], report.Failed);
    }

    /// <summary>Answers for what was taken.</summary>
    private sealed class TakenProvider(KeepingHandler taken, Func<DicomPeer> peer) : ICommitmentProvider
    {
        public Task<IReadOnlyList<CommitmentFailure>> CommitAsync(IReadOnlyList<InstanceReference> instances, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<CommitmentFailure>>(
                [.. instances.Where(i => !taken.Taken.Any(t => t.Instance.SopInstance == i.SopInstance)).Select(i => new CommitmentFailure(i, DimseStatus.NoSuchInstance))]);

        public DicomPeer? PeerOf(string aeTitle) => aeTitle == PrivateOrthanc.AeTitle ? peer() : null;
    }
}

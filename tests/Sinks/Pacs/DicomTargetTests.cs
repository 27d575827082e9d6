using System.Net;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Pacs;
using MedStreams.Local;
using MedStreams.Sinks.Pacs;
using MedStreams.Support.DicomWeb;
using MedStreams.Support.Peers;
using MedStreams.Support.Volume;

namespace MedStreams.Sinks.Tests.Pacs;

/// <summary>New PACS that are filled by C-STORE: Orthanc, which answers for it, and storescp, which tells nothing.</summary>
public sealed class DicomTargetTests : IAsyncLifetime
{
    private static readonly DicomNetworkOptions Network = new() { AeTitle = "MOVER" };
    private readonly TemporaryFolder _folder = new();
    private readonly CommitmentInbox _inbox = new();
    private readonly List<IAsyncDisposable> _ended = [];
    private DicomServer _server = null!;
    private PrivateOrthanc _orthanc = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(PrivateOrthanc.FindProgram() is null, "Orthanc is not installed");
        _server = DicomServer.Start(
            new DicomServerOptions { Address = IPAddress.Loopback, Port = 0, Network = Network }, new DicomHandlers { CommitmentReports = _inbox });
        _orthanc = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var one in _ended)
            await one.DisposeAsync();
        if (_orthanc is not null)
            await _orthanc.DisposeAsync();
        if (_server is not null)
            await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task S3_9_A_study_is_stored_committed_and_can_be_looked_at_on_every_level()
    {
        var target = Target(_orthanc, o => o with { Commitment = CommitmentPolicy.Required, CommitmentBatch = 7 });
        foreach (var study in New(31).Studies.Take(10))
        {
            Assert.Null(await target.InspectAsync(study.Exam.StudyInstanceUid, VerificationLevel.Record, default));
            Assert.Null(await target.InspectAsync(study.Exam.StudyInstanceUid, VerificationLevel.Digests, default));
            var stored = await UploadAsync(target, study, 1, study.Instances);
            Assert.All(stored, s => Assert.False(s.WasThere));
            Assert.NotNull(await target.InspectAsync(study.Exam.StudyInstanceUid, VerificationLevel.Record, default));
            var held = await target.InspectAsync(study.Exam.StudyInstanceUid, VerificationLevel.Digests, default);
            Assert.Equal(
                study.Instances.Select(i => (i.Uid, i.Digest())).OrderBy(h => h.Uid),
                held!.Objects.Select(h => (h.Id, new ObjectDigest(h.Sha256!, h.Bytes!.Value))).OrderBy(h => h.Id));
            Assert.Equal(study.Instances.Count, (await target.InspectAsync(study.Exam.StudyInstanceUid, VerificationLevel.Objects, default))!.Objects.Count);
        }
    }

    [Fact]
    public async Task S3_12_What_is_there_already_is_stored_no_second_time()
    {
        var study = New(32).Studies.MaxBy(s => s.Instances.Count)!;
        await UploadAsync(Target(_orthanc), study, 1, study.Instances.Take(3));
        var again = await UploadAsync(Target(_orthanc), study, 2, study.Instances);
        Assert.Equal(study.Instances.Take(3).Select(i => i.Uid).Order(), again.Where(s => s.WasThere).Select(s => s.Id).Order());
        Assert.Equal(study.Instances.Select(i => i.Digest()), again.Select(s => s.Expected));
    }

    [Fact]
    public async Task Other_content_under_a_known_UID_is_never_taken_for_stored()
    {
        var study = New(33, instances: 400).Studies.First(s => s.Changed.Count > 0);
        var (old, changed) = (study.Instances.Single(i => i.Uid == study.Changed[0].Uid), study.Changed[0]);
        await UploadAsync(Target(_orthanc), study, 1, study.Instances);
        foreach (var policy in (ConflictPolicy[])[ConflictPolicy.Fail, ConflictPolicy.Replace]) // this Orthanc replaces nothing, and says success
        {
            var error = await Assert.ThrowsAsync<PacsException>(() => UploadAsync(Target(_orthanc, o => o with { Conflicts = policy }), study, 2, [changed]));
            Assert.Equal(PacsFailure.Conflict, error.Failure);
        }

        var kept = await UploadAsync(Target(_orthanc, o => o with { Conflicts = ConflictPolicy.Keep }), study, 3, [changed]);
        Assert.Equal(old.Digest(), kept[0].Expected);
    }

    [Fact]
    public async Task What_the_policy_replaces_is_replaced_where_the_target_does_so()
    {
        await using var orthanc = await StartAsync(("OverwriteInstances", true));
        var study = New(33, instances: 400).Studies.First(s => s.Changed.Count > 0);
        var target = Target(orthanc, o => o with { Conflicts = ConflictPolicy.Replace });
        await UploadAsync(target, study, 1, study.Instances);
        var replaced = await UploadAsync(target, study, 2, study.Changed);
        Assert.Equal(study.Changed[0].Digest(), replaced[0].Expected);
    }

    [Fact]
    public async Task An_attempt_that_was_overtaken_stores_nothing()
    {
        var target = Target(_orthanc);
        var study = New(34).Studies[0];
        await using var early = await target.BeginAsync(study.Collection, 1, default);
        await using var late = await target.BeginAsync(study.Collection, 2, default);
        await using var fetched = await FetchedAsync(study.Instances[0]);
        foreach (var call in (Func<Task>[])
            [async () => await early.StoreAsync(fetched, default), async () => await early.CommitAsync(default), async () => await target.BeginAsync(study.Collection, 1, default)])
        {
            Assert.Equal(PacsFailure.Fenced, (await Assert.ThrowsAsync<PacsException>(call)).Failure);
        }

        await late.StoreAsync(fetched, default);
        await late.CommitAsync(default);
    }

    [Fact]
    public async Task A_class_or_a_transfer_syntax_that_the_node_refuses_is_told_and_never_converted()
    {
        await using var orthanc = await StartAsync(("UnknownSopClassAccepted", false), ("DeflatedTransferSyntaxAccepted", false), ("JpegTransferSyntaxAccepted", false));
        var study = New(35, instances: 300).Studies.First(s => s.Instances.Any(i => i.Syntax.Uid == "1.2.840.10008.1.2.4.70"));
        var target = Target(orthanc);
        await using var upload = await target.BeginAsync(study.Collection, 1, default);
        await using var jpeg = await FetchedAsync(study.Instances.First(i => i.Syntax.Uid == "1.2.840.10008.1.2.4.70"));
        var error = await Assert.ThrowsAsync<PacsException>(async () => await upload.StoreAsync(jpeg, default));
        Assert.Equal(PacsFailure.Refused, error.Failure);
        Assert.Contains("1.2.840.10008.1.2.4.70", error.Message, StringComparison.Ordinal);
        await using var unknown = jpeg with { SopClassUid = "1.2.3.4.5" };
        Assert.Equal(PacsFailure.Refused, (await Assert.ThrowsAsync<PacsException>(async () => await upload.StoreAsync(unknown, default))).Failure);
    }

    [Fact]
    public async Task S3_10_A_commitment_that_lacks_an_instance_fails()
    {
        var target = Target(_orthanc, o => o with { Commitment = CommitmentPolicy.Required });
        var study = New(36).Studies.First(s => s.Instances.Count > 2);
        await using var upload = await target.BeginAsync(study.Collection, 1, default);
        foreach (var instance in study.Instances)
        {
            await using var fetched = await FetchedAsync(instance);
            await upload.StoreAsync(fetched, default);
        }

        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_orthanc.HttpPort}/") };
        var id = (await http.GetStringAsync(new Uri("instances", UriKind.Relative))).Split('"')[1];
        (await http.DeleteAsync(new Uri($"instances/{id}", UriKind.Relative))).EnsureSuccessStatusCode();
        var error = await Assert.ThrowsAsync<PacsException>(async () => await upload.CommitAsync(default));
        Assert.Equal(PacsFailure.Refused, error.Failure);
        Assert.Contains($"1 of {study.Instances.Count} instances: 0x0112", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_that_lists_and_commits_nothing_is_filled_all_the_same_unless_that_is_required()
    {
        Assert.SkipUnless(StoreScp.IsInstalled, "DCMTK is not installed");
        await using var storescp = await StoreScp.StartAsync("STORESCP", "+xa", "+B", "--fork");
        var node = new DicomNode("storescp", new DicomPeer("STORESCP", "127.0.0.1", storescp.Port), Network);
        var study = New(37).Studies.First(s => s.Instances.All(i => i.Syntax.Uid is "1.2.840.10008.1.2.1" or "1.2.840.10008.1.2.4.70" or "1.2.840.10008.1.2.4.90" or "1.2.840.10008.1.2"));
        await UploadAsync(Target(node), study, 1, study.Instances);
        Assert.Equal(study.Instances.Count, Directory.EnumerateFiles(storescp.Folder).Count(f => !f.EndsWith(".log", StringComparison.Ordinal)));
        var required = await Assert.ThrowsAsync<PacsException>(
            () => UploadAsync(Target(node, o => o with { Commitment = CommitmentPolicy.Required }), study, 1, study.Instances));
        Assert.Equal(PacsFailure.Refused, required.Failure);
    }

    [Fact]
    public async Task A_report_before_the_answer_on_the_same_association_or_on_none_is_waited_for()
    {
        var provider = new LateProvider();
        await using var server = DicomServer.Start(
            new DicomServerOptions { Address = IPAddress.Loopback, Port = 0, Network = Network with { AeTitle = "COMMITS" } }, new DicomHandlers { Commitment = provider });
        using var node = new DicomNode("commits", new DicomPeer("COMMITS", "127.0.0.1", server.EndPoint.Port), Network);
        var commitment = new Commitment(node, _inbox);
        var (one, other) = (new InstanceReference("1.2", "1.2.3"), new InstanceReference("1.2", "1.2.4"));
        var onTheSame = await commitment.RequestAsync([one, other], TimeSpan.FromSeconds(20), default);
        Assert.Equal([one], onTheSame!.Committed);
        Assert.Equal([new CommitmentFailure(other, DimseStatus.NoSuchInstance)], onTheSame.Failed);

        provider.Peer = new DicomPeer("MOVER", "127.0.0.1", _server.EndPoint.Port);
        Assert.Equal([one], (await commitment.RequestAsync([one, other], TimeSpan.FromSeconds(20), default))!.Committed);

        Assert.Equal(new DimseStatus(0x0115), await _inbox.ReportAsync(new CommitmentReport("1.2.3.4", [], []), default));
    }

    private static GeneratedVolume New(int seed, int instances = 60) => GeneratedVolume.Of(new VolumeOptions { Instances = instances, Seed = seed, FilmBytes = 200_000 });

    private Task<PrivateOrthanc> StartAsync(params IReadOnlyList<(string Name, object Value)> configuration) => PrivateOrthanc.StartAsync(options: new OrthancOptions
    {
        Configuration = new Dictionary<string, object>(configuration.Select(c => KeyValuePair.Create(c.Name, c.Value)))
        {
            ["DicomModalities"] = new Dictionary<string, object> { ["mover"] = new object[] { "MOVER", "127.0.0.1", _server.EndPoint.Port } },
        },
    });

    private DicomTarget Target(PrivateOrthanc orthanc, Func<DicomTargetOptions, DicomTargetOptions>? change = null) =>
        Target(new DicomNode("orthanc", new DicomPeer(PrivateOrthanc.AeTitle, "127.0.0.1", orthanc.DicomPort), Network), change);

    private DicomTarget Target(DicomNode node, Func<DicomTargetOptions, DicomTargetOptions>? change = null)
    {
        var target = new DicomTarget(node, _inbox, change?.Invoke(new DicomTargetOptions()) ?? new DicomTargetOptions());
        _ended.Add(target);
        return target;
    }

    private async Task<IReadOnlyList<StoredObject>> UploadAsync(DicomTarget target, GeneratedStudy study, int attempt, IEnumerable<GeneratedInstance> instances)
    {
        await using var upload = await target.BeginAsync(study.Collection, attempt, default);
        var stored = await Task.WhenAll(instances.Select(async instance =>
        {
            await using var fetched = await FetchedAsync(instance);
            return await upload.StoreAsync(fetched, default);
        }));
        await upload.CommitAsync(default);
        return stored;
    }

    private async Task<FetchedObject> FetchedAsync(GeneratedInstance instance)
    {
        var spool = new Spool(Path.Combine(_folder.Path, Guid.NewGuid().ToString("N")));
        var received = await SpooledInstance.ReceiveFileAsync(new MemoryStream(instance.ToFile().ToArray()), spool, default);
        return received.As(instance.Object);
    }

    private sealed class LateProvider : ICommitmentProvider
    {
        public DicomPeer? Peer { get; set; }

        public Task<IReadOnlyList<CommitmentFailure>> CommitAsync(IReadOnlyList<InstanceReference> instances, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<CommitmentFailure>>([new CommitmentFailure(instances[1], DimseStatus.NoSuchInstance)]);

        public DicomPeer? PeerOf(string aeTitle) => Peer;
    }
}

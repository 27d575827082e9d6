using System.Collections.Concurrent;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Web;
using MedStreams.Local;
using MedStreams.Sinks.Pacs;
using MedStreams.Support.DicomWeb;
using MedStreams.Support.Volume;

namespace MedStreams.Sinks.Tests.Pacs;

/// <summary>A new PACS that is filled by DICOMweb: Orthanc.</summary>
public sealed class StowTargetTests(DicomWebOrthanc fixture) : IClassFixture<DicomWebOrthanc>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task S3_9_A_study_is_stored_and_can_be_looked_at_on_every_level()
    {
        var target = Target();
        foreach (var study in New(21).Studies.Take(8))
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
        var target = Target();
        var study = New(22).Studies.MaxBy(s => s.Instances.Count)!;
        await UploadAsync(target, study, 1, study.Instances.Take(3));
        var again = await UploadAsync(Target(), study, 2, study.Instances);
        Assert.Equal(study.Instances.Take(3).Select(i => i.Uid).Order(), again.Where(s => s.WasThere).Select(s => s.Id).Order());
        Assert.Equal(study.Instances.Select(i => i.Digest()), again.Select(s => s.Expected));
    }

    [Fact]
    public async Task Other_content_under_a_known_UID_is_never_taken_for_stored()
    {
        var study = fixture.Volume.Studies.First(s => s.Changed.Count > 0);
        var (old, changed) = (study.Instances.Single(i => i.Uid == study.Changed[0].Uid), study.Changed[0]);
        foreach (var policy in (ConflictPolicy[])[ConflictPolicy.Fail, ConflictPolicy.Replace]) // this Orthanc replaces nothing
        {
            var error = await Assert.ThrowsAsync<PacsException>(() => UploadAsync(Target(policy), study, 1, [changed]));
            Assert.Equal(PacsFailure.Conflict, error.Failure);
        }

        var kept = await UploadAsync(Target(ConflictPolicy.Keep), study, 1, [changed]);
        Assert.Equal(old.Digest(), kept[0].Expected);
    }

    [Fact]
    public async Task What_the_policy_replaces_is_replaced_where_the_target_does_so()
    {
        await using var orthanc = await PrivateOrthanc.StartAsync(options: new OrthancOptions
        {
            HasDicomWeb = true,
            Configuration = new Dictionary<string, object> { ["OverwriteInstances"] = true },
        });
        var study = fixture.Volume.Studies.First(s => s.Changed.Count > 0);
        var target = new StowTarget("new", fixture.Http, new DicomWebOptions { Root = orthanc.DicomWeb }, new StowTargetOptions { Conflicts = ConflictPolicy.Replace });
        await UploadAsync(target, study, 1, study.Instances);
        var replaced = await UploadAsync(target, study, 2, study.Changed);
        Assert.Equal(study.Changed[0].Digest(), replaced[0].Expected);
        var held = await target.InspectAsync(study.Exam.StudyInstanceUid, VerificationLevel.Digests, default);
        Assert.Equal(study.Changed[0].Digest().Sha256, held!.Objects.Single(o => o.Id == study.Changed[0].Uid).Sha256);
    }

    [Fact]
    public async Task An_attempt_that_was_overtaken_stores_nothing()
    {
        var target = Target();
        var study = New(23).Studies[0];
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
    public async Task An_object_of_another_study_is_refused_and_takes_no_other_with_it()
    {
        var (study, other) = (New(24).Studies[0], New(25).Studies[0]);
        await using var upload = await Target().BeginAsync(study.Collection, 1, default);
        var fetched = new List<FetchedObject>();
        foreach (var instance in study.Instances.Append(other.Instances[0]))
            fetched.Add(await FetchedAsync(instance));
        var calls = fetched.Select(f => upload.StoreAsync(f, default).AsTask()).ToList();
        var error = await Assert.ThrowsAsync<PacsException>(() => calls[^1]);
        Assert.Contains("0110", error.Message, StringComparison.Ordinal);
        Assert.Equal(study.Instances.Count, (await Task.WhenAll(calls[..^1])).Length);
        await upload.CommitAsync(default);
    }

    [Fact]
    public async Task A_flipped_byte_in_the_target_is_found_by_digests()
    {
        await using var orthanc = await PrivateOrthanc.StartAsync(options: new OrthancOptions { HasDicomWeb = true });
        var study = New(26).Studies.First(s => s.Instances.All(i => !i.Syntax.IsDeflated));
        var target = new StowTarget("new", fixture.Http, new DicomWebOptions { Root = orthanc.DicomWeb });
        await UploadAsync(target, study, 1, study.Instances);
        await orthanc.StopAsync();
        var victim = Directory.EnumerateFiles(Path.Combine(orthanc.Folder, "storage"), "*", SearchOption.AllDirectories)
            .Where(f => !Path.GetFileName(f).StartsWith("index", StringComparison.Ordinal)).OrderByDescending(f => new FileInfo(f).Length).First();
        var bytes = await File.ReadAllBytesAsync(victim);
        bytes[^20] ^= 1;
        await File.WriteAllBytesAsync(victim, bytes);
        await using var again = await PrivateOrthanc.StartAsync(orthanc.Folder, new OrthancOptions
        {
            HasDicomWeb = true,
            HttpPort = orthanc.HttpPort,
            DicomPort = orthanc.DicomPort,
        });
        var held = (await target.InspectAsync(study.Exam.StudyInstanceUid, VerificationLevel.Digests, default))!.Objects;
        Assert.Single(held, h => h.Sha256 != study.Instances.Single(i => i.Uid == h.Id).Digest().Sha256);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task S3_10_A_study_is_fetched_back_in_one_answer_and_by_its_list_where_that_brings_fewer_than_the_target_counts(bool keepsSomeBack)
    {
        var study = New(27).Studies.First(s => s.Instances.Count > 2);
        await UploadAsync(Target(), study, 1, study.Instances);
        using var handler = new WatchingHandler();
        using var http = new HttpClient(handler);
        var root = fixture.Options.Root.AbsolutePath.TrimEnd('/');
        var whole = $"{root}/studies/{study.Exam.StudyInstanceUid}";
        if (keepsSomeBack)
            handler.Instead[whole] = $"{whole}/series/{study.Instances[0].SeriesUid}/instances/{study.Instances[0].Uid}";
        var target = new StowTarget("new", http, fixture.Options);

        var held = (await target.InspectAsync(study.Exam.StudyInstanceUid, VerificationLevel.Digests, default))!.Objects;

        Assert.Equal(study.Instances.Select(i => (i.Uid, i.Digest().Sha256)).Order(), held.Select(h => (h.Id, h.Sha256!)).Order());
        Assert.Contains(whole, handler.Asked);
        Assert.Equal(keepsSomeBack, handler.Asked.Contains($"{whole}/instances"));
    }

    private static GeneratedVolume New(int seed) => GeneratedVolume.Of(new VolumeOptions { Instances = 60, Seed = seed, FilmBytes = 200_000 });

    private StowTarget Target(ConflictPolicy policy = ConflictPolicy.Fail) =>
        new("new", fixture.Http, fixture.Options, new StowTargetOptions { Conflicts = policy, Batch = 5 });

    private async Task<IReadOnlyList<StoredObject>> UploadAsync(StowTarget target, GeneratedStudy study, int attempt, IEnumerable<GeneratedInstance> instances)
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

    /// <summary>Notes what is asked for, and answers with something else where it is told to.</summary>
    private sealed class WatchingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        public ConcurrentQueue<string> Asked { get; } = new();

        public Dictionary<string, string> Instead { get; } = [];

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var path = request.RequestUri!.AbsolutePath;
            Asked.Enqueue(path);
            if (Instead.TryGetValue(path, out var other))
                request.RequestUri = new Uri(request.RequestUri, other);
            return base.SendAsync(request, cancellationToken);
        }
    }
}

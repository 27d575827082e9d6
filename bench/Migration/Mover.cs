using MedStreams.Bench.Support;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Verifying;
using MedStreams.Dicom.Web;
using MedStreams.Sinks.Pacs;
using MedStreams.Sources.Pacs;

namespace MedStreams.Migration.Bench;

/// <summary>The way of a study as a migration takes it: collected, fetched, stored, fetched back, each digest compared; several studies at a time.</summary>
internal sealed class Mover : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-bench-spool-").FullName;
    private readonly List<IDisposable> _resources = [];
    private readonly IStudyCollector _collector;
    private readonly IObjectFetcher _fetcher;
    private readonly IPacsTarget _target;

    /// <summary>By C-FIND, C-GET and C-STORE, with so many associations to each PACS, or by QIDO-RS, WADO-RS and STOW-RS.</summary>
    public Mover(Peers peers, int parallel, bool isWeb)
    {
        var spool = new Spool(_folder, 256 << 20);
        if (isWeb)
        {
            var http = Own(DicomWebHttp.Create());
            var (from, to) = (new DicomWebOptions { Root = peers.Old.DicomWeb }, new DicomWebOptions { Root = peers.New.DicomWeb });
            _collector = new QidoStudyCollector("old", new QidoClient(http, from));
            _fetcher = new WadoFetcher("old", new WadoClient(http, from), spool);
            _target = new StowTarget("new", http, to);
        }
        else
        {
            var (old, @new) = (Own(Node("old", Peers.OldTitle, peers.Old.DicomPort, parallel)), Own(Node("new", Peers.NewTitle, peers.New.DicomPort, Math.Max(1, parallel / 2))));
            _collector = new DicomStudyCollector(old);
            _fetcher = new GetFetcher(old, spool);
            _target = new DicomTarget(@new, new CommitmentInbox(), new DicomTargetOptions { Commitment = CommitmentPolicy.Never, Parallel = (parallel + 1) / 2 });
        }
    }

    public static DicomNode Node(string name, string title, int port, int associations) =>
        new(name, new DicomPeer(title, "127.0.0.1", port), new DicomNetworkOptions { AeTitle = "BENCH" }, associations);

    /// <summary>Moves studies, so many at a time.</summary>
    /// <exception cref="BenchException">One is not complete.</exception>
    public Task MoveAsync(Peers peers, int parallel, VerificationLevel level) =>
        Parallel.ForEachAsync(peers.Studies, new ParallelOptions { MaxDegreeOfParallelism = parallel }, (study, stop) => MoveAsync(study.Exam, level, stop));

    /// <summary>Moves a study.</summary>
    /// <exception cref="BenchException">It is not complete.</exception>
    public async ValueTask MoveAsync(ExamRecord exam, VerificationLevel level, CancellationToken stop)
    {
        var collection = await _collector.CollectAsync(exam, stop) ?? throw new BenchException("The old PACS does not know a study.");
        await using var upload = await _target.BeginAsync(collection, 1, stop);
        var (gate, stored) = (new Lock(), new List<StoredObject>());
        var missing = await _fetcher.FetchAsync(
            exam with { Instances = collection.Objects.Count },
            collection.Objects,
            async (fetched, token) =>
            {
                var one = await upload.StoreAsync(fetched, token);
                lock (gate)
                    stored.Add(one);
            },
            stop);
        if (missing.Count > 0)
            throw new BenchException($"{missing.Count} images did not come: {missing[0].Reason}");
        await upload.CommitAsync(stop);
        var held = await _target.InspectAsync(exam.StudyInstanceUid, level, stop);
        var verdict = StudyVerification.Compare(collection, stored, held, level);
        if (verdict.Completeness != Completeness.Complete)
            throw new BenchException($"A study is not complete: {verdict.Reason}");
    }

    public async ValueTask DisposeAsync()
    {
        if (_target is IAsyncDisposable target)
            await target.DisposeAsync();
        foreach (var one in _resources)
            one.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private T Own<T>(T resource)
        where T : IDisposable
    {
        _resources.Add(resource);
        return resource;
    }
}

using MedStreams.Bench.Support;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Pacs.Verifying;
using MedStreams.Sinks.Pacs;
using MedStreams.Sources.Pacs;

namespace MedStreams.Migration.Bench;

/// <summary>The way of a study as a migration takes it: collected, fetched by C-GET, stored by C-STORE, fetched back, each digest compared.</summary>
internal sealed class Mover : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-bench-spool-").FullName;
    private readonly DicomNode _old;
    private readonly DicomNode _new;
    private readonly DicomStudyCollector _collector;
    private readonly GetFetcher _fetcher;
    private readonly DicomTarget _target;

    public Mover(Peers peers, int associations)
    {
        var network = new DicomNetworkOptions { AeTitle = "BENCH" };
        var spool = new Spool(_folder, 256 << 20);
        _old = new DicomNode("old", new DicomPeer(Peers.OldTitle, "127.0.0.1", peers.Old.DicomPort), network, associations);
        _new = new DicomNode("new", new DicomPeer(Peers.NewTitle, "127.0.0.1", peers.New.DicomPort), network, associations);
        (_collector, _fetcher) = (new DicomStudyCollector(_old), new GetFetcher(_old, spool));
        _target = new DicomTarget(_new, new CommitmentInbox(), spool, new DicomTargetOptions { Commitment = CommitmentPolicy.Never, Parallel = associations });
    }

    /// <summary>Moves studies, so many at a time.</summary>
    /// <exception cref="BenchException">One is not complete.</exception>
    public Task MoveAsync(Peers peers, int parallel, VerificationLevel level) =>
        Parallel.ForEachAsync(peers.Studies, new ParallelOptions { MaxDegreeOfParallelism = parallel }, (study, stop) => MoveAsync(study.Exam, level, stop));

    public async ValueTask DisposeAsync()
    {
        await _target.DisposeAsync();
        _old.Dispose();
        _new.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async ValueTask MoveAsync(ExamRecord exam, VerificationLevel level, CancellationToken stop)
    {
        var collection = await _collector.CollectAsync(exam, stop) ?? throw new BenchException("The old PACS does not know a study.");
        await using var upload = await _target.BeginAsync(collection, 1, stop);
        var (gate, stored) = (new Lock(), new List<StoredObject>());
        var missing = await _fetcher.FetchAsync(
            exam,
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
}

using System.Collections.Concurrent;
using System.Globalization;
using MedStreams.Bench.Support;
using MedStreams.Dicom.Network;
using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Web;
using MedStreams.Sinks.Pacs;
using MedStreams.Sources.Pacs;

namespace MedStreams.Migration.Bench;

/// <summary>The parts of a migration, each alone: where its time goes.</summary>
internal static class Parts
{
    public static async Task RunAsync(Peers peers, int parallel, Report report)
    {
        var folder = Directory.CreateTempSubdirectory("medstreams-bench-spool-").FullName;
        var spool = new Spool(folder, 4L << 30);
        var network = new DicomNetworkOptions { AeTitle = "BENCH" };
        using var old = new DicomNode("old", new DicomPeer(Peers.OldTitle, "127.0.0.1", peers.Old.DicomPort), network, parallel);
        using var http = DicomWebHttp.Create();
        var wado = new WadoClient(http, new DicomWebOptions { Root = peers.Old.DicomWeb });
        var collector = new DicomStudyCollector(old);
        var collections = new List<StudyCollection>();
        foreach (var (exam, _) in peers.Studies)
            collections.Add((await collector.CollectAsync(exam, default))!);
        for (var round = 0; round < 2; round++)
        {
            await peers.EmptyAsync();
            Tell("C-MOVE, one study at a time", await Work.MeasureAsync(peers, () => peers.MoveAsync(1)));
            await peers.EmptyAsync();
            Tell("C-MOVE, several studies at a time", await Work.MeasureAsync(peers, () => peers.MoveAsync(parallel)));
            foreach (var (name, fetcher) in ((string, IObjectFetcher)[])[("C-GET", new GetFetcher(old, spool)), ("WADO-RS", new WadoFetcher("old", wado, spool, parallel))])
            {
                foreach (var atOnce in (int[])[1, parallel])
                    Tell($"{name}, {atOnce} at a time", await Work.MeasureAsync(peers, () => FetchAsync(fetcher, atOnce, (_, _) => ValueTask.CompletedTask)));
            }

            var held = new ConcurrentBag<(StudyCollection Study, FetchedObject Object)>();
            var all = new GetFetcher(old, spool);
            await Parallel.ForEachAsync(collections, async (study, stop) => await all.FetchAsync(study.Exam, study.Objects, async (one, token) =>
            {
                var content = await spool.CreateAsync(token);
                await using (var from = one.Content.OpenRead())
                await using (var to = content.OpenWrite())
                    await from.CopyToAsync(to, token);
                held.Add((study, one with { Content = content }));
            }, stop));
            foreach (var atOnce in (int[])[1, parallel])
            {
                await peers.EmptyAsync();
                using var node = new DicomNode("new", new DicomPeer(Peers.NewTitle, "127.0.0.1", peers.New.DicomPort), network, parallel);
                await using var target = new DicomTarget(node, new CommitmentInbox(), spool, new DicomTargetOptions { Commitment = CommitmentPolicy.Never, Parallel = parallel });
                Tell($"C-STORE, {atOnce} at a time", await Work.MeasureAsync(peers, async () =>
                {
                    await Parallel.ForEachAsync(held.GroupBy(h => h.Study), new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (group, stop) =>
                    {
                        await using var upload = await target.BeginAsync(group.Key, 1, stop);
                        foreach (var one in group)
                            await upload.StoreAsync(one.Object, stop);
                    });
                }));
            }

            foreach (var (_, one) in held)
                await one.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);

        Task FetchAsync(IObjectFetcher fetcher, int atOnce, Func<FetchedObject, CancellationToken, ValueTask> receive) => Parallel.ForEachAsync(
            collections, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, async (study, stop) => await fetcher.FetchAsync(study.Exam, study.Objects, receive, stop));

        void Tell(string what, Work work)
        {
            report.Add(new Figure("Migration", $"P {what}", work.ImagesPerSecond, "images/s"));
            Report.Progress(string.Create(CultureInfo.InvariantCulture, $"   CPU ms/image: ours {work.CpuOurs:F2} old {work.CpuOld:F2} new {work.CpuNew:F2} busy {(work.CpuOurs + work.CpuOld + work.CpuNew) * work.ImagesPerSecond / 1000:F2}"));
        }
    }
}

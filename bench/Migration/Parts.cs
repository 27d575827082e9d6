using System.Collections.Concurrent;
using System.Globalization;
using MedStreams.Bench.Support;
using MedStreams.Dicom.Network.Nodes;
using MedStreams.Dicom.Pacs;
using MedStreams.Dicom.Web;
using MedStreams.Sinks.Pacs;
using MedStreams.Sources.Pacs;

namespace MedStreams.Migration.Bench;

/// <summary>The parts of a migration, each alone: where the time and the processors go.</summary>
internal sealed class Parts(Peers peers, Report report, int parallel, Spool spool, HttpClient http)
{
    public static async Task RunAsync(BenchOptions options, Report report, int bytes)
    {
        var parallel = options.Threads.Count > 0 ? options.Threads[0] : 4;
        var folder = Directory.CreateTempSubdirectory("medstreams-bench-spool-").FullName;
        using var http = DicomWebHttp.Create();
        await using (var peers = await Peers.StartAsync(Images.Of(options.Records ?? 200, bytes, 25)))
        {
            var parts = new Parts(peers, report, parallel, new Spool(folder), http);
            for (var round = 0; round < 2; round++)
                await parts.RunAsync(isMeasured: round > 0); // the first round warms up
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task RunAsync(bool isMeasured)
    {
        foreach (var atOnce in (int[])[1, parallel])
        {
            await peers.EmptyAsync();
            await MeasureAsync("C-MOVE", atOnce, isMeasured, () => peers.MoveAsync(atOnce));
        }

        using var old = Mover.Node("old", Peers.OldTitle, peers.Old.DicomPort, parallel);
        var collector = new DicomStudyCollector(old);
        var collections = new ConcurrentBag<StudyCollection>();
        await MeasureAsync("C-FIND of the instances", parallel, isMeasured, () => AllAsync(peers.Studies, parallel, async (study, stop) => collections.Add((await collector.CollectAsync(study.Exam, stop))!)));
        var wado = new WadoClient(http, new DicomWebOptions { Root = peers.Old.DicomWeb });
        foreach (var (kept, rest) in ((string, Spool)[])[("kept", spool), ("looked at", Spool.Nowhere)])
        {
            foreach (var (name, fetcher) in ((string, IObjectFetcher)[])[("C-GET", new GetFetcher(old, rest)), ("WADO-RS", new WadoFetcher("old", wado, rest))])
            {
                await MeasureAsync($"{name}, {kept}", parallel, isMeasured, () => AllAsync(
                    collections, parallel, async (study, stop) => await fetcher.FetchAsync(Whole(study), study.Objects, (_, _) => ValueTask.CompletedTask, stop)));
            }
        }

        var held = await HoldAsync(new GetFetcher(old, spool), collections);
        foreach (var isWeb in (bool[])[false, true])
        {
            await peers.EmptyAsync();
            using var node = Mover.Node("new", Peers.NewTitle, peers.New.DicomPort, parallel);
            await using var dicom = new DicomTarget(node, new CommitmentInbox(), new DicomTargetOptions { Commitment = CommitmentPolicy.Never, Parallel = parallel });
            IPacsTarget target = isWeb ? new StowTarget("new", http, new DicomWebOptions { Root = peers.New.DicomWeb }) : dicom;
            await MeasureAsync(isWeb ? "STOW-RS" : "C-STORE", parallel, isMeasured, () => AllAsync(held.GroupBy(h => h.Study), parallel, async (group, stop) =>
            {
                await using var upload = await target.BeginAsync(group.Key, 1, stop);
                foreach (var one in group)
                    await upload.StoreAsync(one.Object, stop);
            }));
        }

        foreach (var (_, one) in held)
            await one.DisposeAsync();
    }

    private async Task MeasureAsync(string what, int atOnce, bool isMeasured, Func<Task> work)
    {
        var measured = await Work.MeasureAsync(peers, work);
        if (!isMeasured)
            return;
        var name = string.Create(CultureInfo.InvariantCulture, $"P {what}, {atOnce} studies at a time");
        report.Add(new Figure("Migration", name, measured.ImagesPerSecond, "images/s"));
        report.Add(new Figure("Migration", name, measured.Cpu.Ours, "ms CPU/image here"));
        report.Add(new Figure("Migration", name, measured.Cpu.Old, "ms CPU/image old PACS"));
        report.Add(new Figure("Migration", name, measured.Cpu.New, "ms CPU/image new PACS"));
        report.Add(new Figure("Migration", name, measured.Busy, "processors at work"));
    }

    private static Task AllAsync<T>(IEnumerable<T> of, int atOnce, Func<T, CancellationToken, ValueTask> work) =>
        Parallel.ForEachAsync(of, new ParallelOptions { MaxDegreeOfParallelism = atOnce }, work);

    private static ExamRecord Whole(StudyCollection study) => study.Exam with { Instances = study.Objects.Count };

    /// <summary>All images, ready to be stored.</summary>
    private async Task<IReadOnlyCollection<(StudyCollection Study, FetchedObject Object)>> HoldAsync(GetFetcher fetcher, IEnumerable<StudyCollection> studies)
    {
        var held = new ConcurrentBag<(StudyCollection, FetchedObject)>();
        await AllAsync(studies, parallel, async (study, stop) => await fetcher.FetchAsync(
            Whole(study),
            study.Objects,
            async (one, token) =>
            {
                var content = await spool.CreateAsync(token);
                await using var from = one.Content.OpenRead();
                await using var to = content.OpenWrite();
                await from.CopyToAsync(to, token);
                held.Add((study, one with { Content = content }));
            },
            stop));
        return held;
    }
}

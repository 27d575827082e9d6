using System.Globalization;
using MedStreams.Bench.Support;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Migration.Bench;

/// <summary>How fast images move, beside Orthanc's own C-MOVE of the same images in the same run, which compares nothing.</summary>
internal static class Rates
{
    private const int ImagesInStudy = 25;

    private static readonly Way[] Ways =
    [
        new("M1", "every digest compared", VerificationLevel.Digests, IsWeb: false),
        new("M2", "not compared", VerificationLevel.None, IsWeb: false),
        new("M5", "DICOMweb, every digest compared", VerificationLevel.Digests, IsWeb: true),
    ];

    public static async Task RunAsync(BenchOptions options, Report report, int bytes)
    {
        var ways = Ways.Where(w => options.Wants(w.Name)).ToList();
        if (ways.Count == 0)
            return;
        await using var peers = await Peers.StartAsync(Images.Of(options.Records ?? (options.Full ? 1_000 : 200), bytes, ImagesInStudy));
        var parallel = options.Threads.Count > 0 ? options.Threads[0] : 4;
        var (one, several) = (new List<Work>(), new List<Work>());
        var works = ways.ToDictionary(w => w, _ => new List<Work>());

        // One after the other in each round, so that all meet the same machine; the first round warms up.
        for (var round = 0; round <= (options.Repeat ?? (options.Full ? 3 : 2)); round++)
        {
            Keep(one, round, await OwnAsync(peers, 1));
            Keep(several, round, await OwnAsync(peers, parallel));
            foreach (var way in ways)
                Keep(works[way], round, await OursAsync(peers, way, parallel));
        }

        var size = string.Create(CultureInfo.InvariantCulture, $"images of {bytes / 1024} KiB");
        foreach (var way in ways)
            Tell(report, $"{way.Name} {size}, {way.Words}", works[way], one, several, bytes);
    }

    private static async Task<Work> OwnAsync(Peers peers, int atOnce)
    {
        await peers.EmptyAsync();
        var work = await Work.MeasureAsync(peers, () => peers.MoveAsync(atOnce));
        await peers.CheckAsync();
        return work;
    }

    private static async Task<Work> OursAsync(Peers peers, Way way, int parallel)
    {
        await peers.EmptyAsync();
        await using var mover = new Mover(peers, parallel, way.IsWeb);
        var work = await Work.MeasureAsync(peers, () => mover.MoveAsync(peers, parallel, way.Level));
        await peers.CheckAsync();
        return work;
    }

    private static void Tell(Report report, string what, List<Work> ours, List<Work> one, List<Work> several, int bytes)
    {
        var rate = Rate(ours);
        Add(rate, "images/s", Rate(one), "Orthanc's own C-MOVE, one study after the other");
        Add(rate, "images/s", Rate(several), "Orthanc's own C-MOVE, as many studies at a time as here");
        Add(rate * bytes / 1e6, "MB/s", Rate(several) * bytes / 1e6, "Orthanc's own C-MOVE, as many studies at a time as here");
        Add(ours.Min(w => w.CpuOfAll), "ms CPU/image", several.Min(w => w.CpuOfAll), "both PACS with their own C-MOVE; here both PACS and this program");
        Add(ours.Min(w => w.Cpu.Ours), "ms CPU/image here", null, null);
        Add(ours.Min(w => w.Ours.AllocatedBytes) / (double)ours[0].Images / 1024, "KiB allocated/image", null, null);
        Add(ours.Min(w => w.FileBytes) / (double)ours[0].Images / 1024, "KiB by files/image", null, null);

        void Add(double value, string unit, double? baseline, string? against) => report.Add(new Figure("Migration", what, value, unit, baseline, against));
    }

    private static double Rate(List<Work> works) => Statistics.Median([.. works.Select(w => w.ImagesPerSecond)]);

    private static void Keep(List<Work> works, int round, Work work)
    {
        if (round > 0)
            works.Add(work);
    }

    private sealed record Way(string Name, string Words, VerificationLevel Level, bool IsWeb);
}

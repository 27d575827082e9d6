using System.Globalization;
using MedStreams.Bench.Support;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Migration.Bench;

/// <summary>How much memory a study takes at its peak, a small one and then a large one in the same process: the same, if memory is flat.</summary>
internal static class Memory
{
    private const int Image = 32 << 20;
    private const int Small = 3; // 96 MiB

    public static async Task RunAsync(BenchOptions options, Report report)
    {
        await using var peers = await Peers.StartAsync(Images.OfCounts(Image, Small, options.Full ? 64 : 16));
        await peers.EmptyAsync();
        await using var mover = new Mover(peers, 4, isWeb: false);
        var peaks = new List<(string What, double Megabytes)>();
        foreach (var (exam, instances) in peers.Studies)
        {
            // Away with what filling the old PACS took.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            using var ended = new CancellationTokenSource();
            var peak = WatchAsync(ended.Token);
            await mover.MoveAsync(exam, VerificationLevel.Digests, CancellationToken.None);
            await ended.CancelAsync();
            peaks.Add((string.Create(CultureInfo.InvariantCulture, $"M3 one study of {(long)instances.Count * Image >> 20} MiB, every digest compared"), await peak / 1e6));
        }

        report.Add(new Figure("Migration", peaks[0].What, peaks[0].Megabytes, "MB at its peak"));
        report.Add(new Figure("Migration", peaks[1].What, peaks[1].Megabytes, "MB at its peak", peaks[0].Megabytes, peaks[0].What));
    }

    private static async Task<long> WatchAsync(CancellationToken stop)
    {
        var peak = 0L;
        while (!stop.IsCancellationRequested)
        {
            peak = Math.Max(peak, Environment.WorkingSet);
            await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        }

        return peak;
    }
}

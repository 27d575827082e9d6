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
        var small = await PeakAsync(Small);
        report.Add(new Figure("Migration", Words(Small), small / 1e6, "MB at its peak"));
        var images = options.Full ? 64 : 16;
        var large = await PeakAsync(images);
        report.Add(new Figure("Migration", Words(images), large / 1e6, "MB at its peak", small / 1e6, Words(Small)));
    }

    private static string Words(int images) => string.Create(CultureInfo.InvariantCulture, $"M3 one study of {(long)images * Image >> 20} MiB, every digest compared");

    private static async Task<long> PeakAsync(int images)
    {
        await using var peers = await Peers.StartAsync(Images.Of(images, Image, images));
        await peers.EmptyAsync();
        await using var mover = new Mover(peers, 2, isWeb: false);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true); // what filling the old PACS took
        using var ended = new CancellationTokenSource();
        var peak = WatchAsync(ended.Token);
        await mover.MoveAsync(peers, 1, VerificationLevel.Digests);
        await ended.CancelAsync();
        return await peak;
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

using System.Globalization;
using MedStreams.Bench.Support;
using MedStreams.Dicom.Pacs;
using MedStreams.Migration.Bench;

// M1: images from one Orthanc to another, fetched by C-GET, stored by C-STORE, fetched back and each digest compared; the baseline is Orthanc's own C-MOVE of the
// same images in the same run, which compares nothing. M2: the same without the comparison. M3: how much memory one large study takes.
return await BenchProgram.RunAsync(
    "Migration",
    args,
    async (options, report) =>
    {
        var bytes = options.Sizes.Count > 0 ? options.Sizes[0] : 512 << 10;
        if (options.Wants("M1") || options.Wants("M2"))
            await RatesAsync(options, report, bytes);
        if (options.Wants("P"))
        {
            await using var peers = await Peers.StartAsync(Images.Of(options.Records ?? 200, bytes, 25));
            await Parts.RunAsync(peers, options.Threads.Count > 0 ? options.Threads[0] : 4, report);
        }

        if (options.Wants("M3"))
            await MemoryAsync(options, report);
    },
    "M1 verified, M2 not verified, M3 memory");

static async Task RatesAsync(BenchOptions options, Report report, int bytes)
{
    const int imagesInStudy = 25;
    await using var peers = await Peers.StartAsync(Images.Of(options.Records ?? (options.Full ? 1_000 : 200), bytes, imagesInStudy));
    var repeat = options.Repeat ?? (options.Full ? 3 : 2);
    var parallel = options.Threads.Count > 0 ? options.Threads[0] : 4;

    // One after the other in each round, so that all meet the same machine.
    var (moves, verified, plain) = (new List<double>(), new List<double>(), new List<Usage>());
    var (usages, rounds) = (new List<Usage>(), repeat + 1);
    for (var round = 0; round < rounds; round++)
    {
        foreach (var atOnce in (int[])[1, parallel])
        {
            await peers.EmptyAsync();
            var meter = Usage.Begin();
            await peers.MoveAsync(atOnce);
            Keep(round, moves, Rate(peers, meter.End()));
        }

        foreach (var level in (VerificationLevel[])[VerificationLevel.Digests, VerificationLevel.None])
        {
            await peers.EmptyAsync();
            await using var mover = new Mover(peers, parallel);
            var meter = Usage.Begin();
            await mover.MoveAsync(peers, parallel, level);
            var usage = meter.End();
            await peers.CheckAsync();
            if (round > 0)
                (level == VerificationLevel.Digests ? usages : plain).Add(usage);
        }
    }

    verified.AddRange(usages.Select(u => Rate(peers, u)));
    var (size, baseline) = (string.Create(CultureInfo.InvariantCulture, $"images of {bytes / 1024} KiB"), moves.Max());
    const string against = "Orthanc's own C-MOVE, the best of one and several studies at a time";
    if (options.Wants("M1"))
    {
        report.Add(new Figure("Migration", $"M1 {size}, every digest compared", Statistics.Median(verified), "images/s", baseline, against));
        report.Add(new Figure("Migration", $"M1 {size}, every digest compared", Statistics.Median(verified) * bytes / 1e6, "MB/s", baseline * bytes / 1e6, against));
        report.Add(new Figure("Migration", $"M1 {size}, every digest compared", usages.Min(u => u.AllocatedBytes) / (double)peers.Count / 1024, "KiB allocated/image"));
        report.Add(new Figure("Migration", $"M1 {size}, every digest compared", usages.Min(u => u.Cpu.TotalMilliseconds) / peers.Count, "ms CPU/image"));
    }

    if (options.Wants("M2"))
    {
        report.Add(new Figure("Migration", $"M2 {size}, not compared", Statistics.Median([.. plain.Select(u => Rate(peers, u))]), "images/s", baseline, against));
        report.Add(new Figure("Migration", $"M2 {size}, not compared", plain.Min(u => u.AllocatedBytes) / (double)peers.Count / 1024, "KiB allocated/image"));
        report.Add(new Figure("Migration", $"M2 {size}, not compared", plain.Min(u => u.Cpu.TotalMilliseconds) / peers.Count, "ms CPU/image"));
    }
}

static async Task MemoryAsync(BenchOptions options, Report report)
{
    const int image = 32 << 20;
    var images = options.Full ? 64 : 8;
    await using var peers = await Peers.StartAsync(Images.Of(images, image, images));
    await peers.EmptyAsync();
    GC.Collect();
    await using var mover = new Mover(peers, 2);
    var before = Environment.WorkingSet;
    using var ended = new CancellationTokenSource();
    var peak = PeakAsync(ended.Token);
    await mover.MoveAsync(peers, 1, VerificationLevel.Digests);
    await ended.CancelAsync();
    report.Add(new Figure("Migration", string.Create(CultureInfo.InvariantCulture, $"M3 one study of {(long)images * image >> 20} MiB, every digest compared"), (await peak - before) / 1e6, "MB more at its peak"));
}

static async Task<long> PeakAsync(CancellationToken stop)
{
    var peak = 0L;
    while (!stop.IsCancellationRequested)
    {
        peak = Math.Max(peak, Environment.WorkingSet);
        await Task.Delay(TimeSpan.FromMilliseconds(20), CancellationToken.None);
    }

    return peak;
}

static void Keep(int round, List<double> rates, double rate)
{
    if (round > 0)
        rates.Add(rate); // the first round warms up
}

static double Rate(Peers peers, Usage usage) => peers.Count / usage.Elapsed.TotalSeconds;

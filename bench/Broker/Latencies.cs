using MedStreams.Bench.Support;

namespace MedStreams.Broker.Bench;

/// <summary>
/// Latency at steady rates: half the aimed load, and half the load that was measured. Where the broker syncs it stands beside
/// the disk's own: groups of appends and their sync, as large and as often as the broker's; else beside a round trip over a bare
/// connection, of requests as large and as often.
/// </summary>
internal sealed class Latencies(Target target, BenchOptions options, Report report)
{
    /// <summary>Half of the aim of 300,000 records of 100 B a second.</summary>
    private const int HalfTheAim = 150_000;

    private const int Size = 100;
    private readonly TimeSpan _duration = TimeSpan.FromSeconds(options.Seconds ?? (options.Full ? 10 : 2));
    private readonly int _repeat = options.Repeat ?? 3;

    /// <summary>Runs.</summary>
    /// <param name="load">Records a second that one producer reached; null when that was not measured.</param>
    public async Task RunAsync(double? load)
    {
        await RunAsync(HalfTheAim, 1, "half the aimed load");
        await RunAsync(HalfTheAim, 16, "half the aimed load");
        if (load is { } measured)
            await RunAsync((int)(measured / 2), 1, "half the measured load");
    }

    private async Task RunAsync(int rate, int partitions, string what)
    {
        var runs = new List<(Latency Acknowledged, Latency Received, Latency Baseline)>();
        for (var run = 0; run < _repeat; run++)
        {
            var topic = await target.Cluster.CreateTopicAsync("latency", partitions);
            BrokerUsage? before = null, after = null;
            var probe = new LatencyProbe(target.Cluster, topic, topic, rate, _duration, Size)
            {
                Idempotent = false,
                Counting = begins =>
                {
                    var usage = target.Broker?.UsageAsync().GetAwaiter().GetResult();
                    if (begins)
                        before = usage;
                    else
                        after = usage;
                },
            };
            var (acknowledged, received) = await probe.RunAsync();
            await target.Cluster.DeleteTopicsAsync(topic);
            runs.Add((acknowledged, received, await BaselineAsync(rate, partitions, before is null ? null : after!.Since(before))));
        }

        var name = $"{target.Flushing}, {Size} B, {partitions} partition{(partitions == 1 ? "" : "s")}, {what}, {rate:#,0}/s";
        var baseline = Median(runs.Select(run => run.Baseline));
        var against = target.Fsync ? "the disk's own" : "a bare round trip's";
        Add($"produce latency {name}", Median(runs.Select(run => run.Acknowledged)), baseline, against);
        Add($"end-to-end latency {name}", Median(runs.Select(run => run.Received)), baseline, against);
    }

    private async Task<Latency> BaselineAsync(int rate, int partitions, BrokerUsage? used)
    {
        var seconds = _duration.TotalSeconds;
        var requests = used?.Produces / seconds ?? 200.0 * partitions;
        var bytes = (double)rate * Size;
        if (!target.Fsync)
            return Latency.Of(await Loopback.RoundTripsAsync((int)(bytes / requests), requests, _duration / 4));
        var groups = used is { Flushes: > 0 } ? used.Flushes / seconds : 200;
        return Latency.Of(await Disk.LatenciesAsync(
            options.Data, new(partitions, (int)(bytes / requests), (long)(bytes / groups)), groups, _duration / 2));
    }

    private static Latency Median(IEnumerable<Latency> runs)
    {
        var all = runs.ToList();
        return new(
            Statistics.Median(all.Select(l => l.P50)),
            Statistics.Median(all.Select(l => l.P99)),
            Statistics.Median(all.Select(l => l.P999)));
    }

    private void Add(string workload, Latency latency, Latency baseline, string against)
    {
        report.Add(new(Target.Bench, workload, latency.P50, "ms p50", baseline.P50, against));
        report.Add(new(Target.Bench, workload, latency.P99, "ms p99", baseline.P99, against));
        report.Add(new(Target.Bench, workload, latency.P999, "ms p99.9", baseline.P999, against));
    }
}

using MedStreams.Bench.Support;

namespace MedStreams.Broker.Bench;

/// <summary>
/// Transactions one after the other. Where the broker syncs they stand beside the disk's synced appends of 4 KiB, of which a
/// transaction takes four one after the other; else beside round trips over a bare connection, of which it takes three.
/// </summary>
internal sealed class Transactions(Target target, BenchOptions options, Report report)
{
    private const int Partitions = 4;
    private static readonly int[] Sizes = [1, 100];
    private static readonly TimeSpan BaselineDuration = TimeSpan.FromSeconds(0.3);
    private readonly TimeSpan _duration = TimeSpan.FromSeconds(options.Seconds ?? (options.Full ? 5 : 1));
    private readonly int _repeat = options.Repeat ?? 3;

    /// <summary>Runs.</summary>
    public async Task RunAsync()
    {
        foreach (var records in Sizes)
        {
            var (runs, baselines) = (new List<(double PerSecond, Latency Latency)>(), new List<List<double>>());
            for (var run = 0; run < _repeat; run++)
            {
                baselines.Add(await BaselineAsync());
                var topic = await target.Cluster.CreateTopicAsync("transactions", Partitions);
                runs.Add(TransactionRun.Run(target.Cluster, topic, records, _duration));
                await target.Cluster.DeleteTopicsAsync(topic);
            }

            var name = $"transactions {target.Flushing}, {records} x 100 B";
            var against = target.Fsync ? "synced appends of 4 KiB" : "bare round trips";
            var perSecond = Statistics.Median(baselines.Select(times => 1000 / times.Average()));
            var baseline = Latency.Of(baselines.SelectMany(times => times));
            report.Add(new(Target.Bench, name, Statistics.Median(runs.Select(r => r.PerSecond)), "transactions/s", perSecond, against));
            report.Add(new(Target.Bench, name, Statistics.Median(runs.Select(r => r.Latency.P50)), "ms p50", baseline.P50, against));
            report.Add(new(Target.Bench, name, Statistics.Median(runs.Select(r => r.Latency.P99)), "ms p99", baseline.P99, against));
        }
    }

    private Task<List<double>> BaselineAsync() => target.Fsync
        ? Disk.LatenciesAsync(options.Data, WritePattern.Small, double.PositiveInfinity, BaselineDuration)
        : Loopback.RoundTripsAsync(WritePattern.Small.WriteBytes, double.PositiveInfinity, BaselineDuration);
}

using MedStreams.Bench.Support;

namespace MedStreams.Broker.Bench;

/// <summary>The workloads against one broker: an embedded one with or without fsync, or the one that the user names.</summary>
internal sealed class Workloads(BenchOptions options, Report report, Cluster cluster, BrokerProcess? broker, bool fsync)
{
    private const string Bench = "Broker";
    private static readonly int[] TransactionSizes = [1, 100];
    private static readonly int[] Rates = [5_000, 50_000];
    private static readonly int[] MoreRates = [5_000, 50_000, 150_000];
    private readonly TimeSpan _duration = TimeSpan.FromSeconds(options.Seconds ?? (options.Full ? 5 : 2));
    private readonly int _repeat = options.Repeat ?? (options.Full ? 3 : 1);

    private string Flushing => broker is null ? "as configured" : fsync ? "fsync" : "no fsync";

    /// <summary>B1 and B2: a topic is produced to, then read.</summary>
    public async Task ProduceAndFetchAsync()
    {
        foreach (var partitions in options.Partitions is { Count: > 0 } asked ? asked : [1, 16])
        {
            foreach (var size in options.Sizes is { Count: > 0 } sizes ? sizes : [100, 1000])
                await ProduceAndFetchAsync(partitions, size);
        }
    }

    /// <summary>B3: latency at steady rates.</summary>
    public async Task LatencyAsync()
    {
        foreach (var rate in options.Full ? MoreRates : Rates)
        {
            var topic = await cluster.CreateTopicAsync("latency", 4);
            var (acknowledged, received) = await new LatencyProbe(cluster, topic, topic, rate, _duration).RunAsync();
            await cluster.DeleteTopicsAsync(topic);
            var name = $"B3 latency, {Flushing}, 100 B, {rate:#,0}/s";
            report.Add(new(Bench, $"{name}, acknowledged", acknowledged.P50, "ms p50"));
            report.Add(new(Bench, $"{name}, acknowledged", acknowledged.P99, "ms p99"));
            report.Add(new(Bench, $"{name}, received", received.P50, "ms p50"));
            report.Add(new(Bench, $"{name}, received", received.P99, "ms p99"));
        }
    }

    /// <summary>B4: transactions one after the other; the baseline is how often the file system itself syncs 4 KiB.</summary>
    public async Task TransactionsAsync()
    {
        var syncs = broker is not null && fsync ? Disk.SyncRate(options.Data) : (double?)null;
        foreach (var records in TransactionSizes)
        {
            var topic = await cluster.CreateTopicAsync("transactions", 4);
            var (rate, latency) = TransactionRun.Run(cluster, topic, records, _duration);
            await cluster.DeleteTopicsAsync(topic);
            var name = $"B4 transactions, {Flushing}, {records} x 100 B";
            report.Add(new(Bench, name, rate, "transactions/s", syncs));
            report.Add(new(Bench, name, latency.P50, "ms p50"));
            report.Add(new(Bench, name, latency.P99, "ms p99"));
        }
    }

    private async Task ProduceAndFetchAsync(int partitions, int size)
    {
        var (produced, fetched, disk) = (new List<Rate>(), new List<Rate>(), new List<double>());
        var (produceCpu, fetchCpu) = (new List<double>(), new List<double>());
        for (var run = 0; run < _repeat; run++)
        {
            if (broker is not null)
                disk.Add(Disk.AppendRate(options.Data, fsync));
            var topic = await cluster.CreateTopicAsync("produce", partitions);
            produced.Add(CpuOf(produceCpu, () => ProduceRun.Run(cluster, topic, size, _duration)));
            if (options.Wants("B2"))
                fetched.Add(CpuOf(fetchCpu, () => FetchRun.Run(cluster, topic, _duration)));
            await cluster.DeleteTopicsAsync(topic);
        }

        var shape = $"{Flushing}, {size} B, {partitions} partition{(partitions == 1 ? "" : "s")}";
        double? bytes = disk.Count > 0 ? Statistics.Median(disk) : null;
        Add($"B1 produce, {shape}", produced, produceCpu, bytes);
        if (fetched.Count > 0)
            Add($"B2 fetch, {shape}", fetched, fetchCpu, null);
    }

    /// <summary>Notes the broker's CPU seconds for each second of the rate.</summary>
    private Rate CpuOf(List<double> used, Func<Rate> run)
    {
        var before = broker?.CpuTime ?? TimeSpan.Zero;
        var usage = Usage.Begin();
        var rate = run();
        if (broker is not null)
            used.Add((broker.CpuTime - before).TotalMicroseconds / (rate.Records * usage.End().Elapsed.TotalSeconds));
        return rate;
    }

    private void Add(string workload, List<Rate> runs, List<double> cpu, double? disk)
    {
        report.Add(new(Bench, workload, Statistics.Median(runs.Select(r => r.Records)), "records/s"));
        report.Add(new(Bench, workload, Statistics.Median(runs.Select(r => r.Bytes / 1e6)), "MB/s", disk / 1e6));
        if (cpu.Count > 0)
            report.Add(new(Bench, workload, Statistics.Median(cpu), "broker us/record"));
    }
}

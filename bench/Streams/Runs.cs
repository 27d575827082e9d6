using MedStreams.Bench.Support;

namespace MedStreams.Streams.Bench;

/// <summary>All workloads against one broker, each beside the bare loop in the same round.</summary>
internal sealed class Runs(BenchOptions options, Report report, Cluster cluster)
{
    private const string Bench = "Streams";
    private const string BareLoopName = "bare loop";
    private const int InputPartitions = 4;
    private static readonly TimeSpan CommitInterval = TimeSpan.FromMilliseconds(100);
    private static readonly int[] Rates = [5_000];
    private static readonly int[] MoreRates = [5_000, 50_000];

    private readonly int _repeat = options.Repeat ?? (options.Full ? 3 : 1);

    private IEnumerable<Guarantee> Guarantees => Guarantee.Both(CommitInterval).Where(options.Wants);

    /// <summary>Throughput, CPU time and allocations of each workload.</summary>
    public async Task ThroughputAsync()
    {
        var wanted = Workload.All.Where(w => options.Wants(w.Name)).ToList();
        if (wanted.Count == 0)
            return;
        await WarmUpAsync(wanted);
        foreach (var size in options.Sizes is { Count: > 0 } sizes ? sizes : [100, 1000])
        {
            var (small, large) = options.Full ? (1_000_000, 300_000) : (500_000, 150_000);
            var (input, table) = await FillAsync(options.Records ?? (size < 500 ? small : large), size);
            foreach (var guarantee in Guarantees)
            {
                foreach (var threads in options.Threads is { Count: > 0 } asked ? asked : options.Full ? [1, 2] : [1])
                    await ThroughputAsync(wanted, input, table, guarantee, threads, size);
            }

            await cluster.DeleteTopicsAsync(input, table);
        }
    }

    /// <summary>Latency through a passthrough, beside that through the bare loop.</summary>
    public async Task LatencyAsync()
    {
        foreach (var guarantee in Guarantees)
        {
            foreach (var rate in options.Full || options.Only.Count > 0 ? MoreRates : Rates)
            {
                var bare = await LatencyAsync(guarantee, rate, (i, o) => new BareLoop(cluster, i, o, guarantee, cluster.Unique("bare")));
                var engine = await LatencyAsync(guarantee, rate, (i, o) => new Engine(
                    cluster, Workload.All[0].Build(new Topics(i, i, o)), guarantee, 1, options.Data));
                var name = $"L1 latency, {guarantee}, 100 B, {rate:#,0}/s";
                report.Add(new(Bench, name, engine.P50, "ms p50", bare.P50));
                report.Add(new(Bench, name, engine.P99, "ms p99", bare.P99));
            }
        }
    }

    /// <summary>Runs everything once, so that no measured run waits for the compiler.</summary>
    private async Task WarmUpAsync(List<Workload> wanted)
    {
        var (input, table) = await FillAsync(50_000, 100);
        var guarantee = Guarantees.Last();
        await MeasureAsync(input, output => new BareLoop(cluster, input, output, guarantee, cluster.Unique("bare")));
        foreach (var workload in wanted)
        {
            await MeasureAsync(input, output => new Engine(
                cluster, workload.Build(new Topics(input, table, output)), guarantee, 1, options.Data));
        }

        await cluster.DeleteTopicsAsync(input, table);
    }

    private async Task<(BenchTopic Input, BenchTopic Table)> FillAsync(int records, int size)
    {
        Report.Progress($"{Bench}: filling a topic with {records:#,0} records of {size} B");
        var input = await cluster.CreateTopicAsync("input", InputPartitions);
        var table = await cluster.CreateTopicAsync("table", InputPartitions);
        new Filling(records, AppLine.Lines(size), Workload.Keys, TimeSpan.FromMinutes(10)).Pour(cluster, input);
        new Filling(Workload.Keys, AppLine.Lines(size), Workload.Keys, TimeSpan.Zero)
        {
            Age = TimeSpan.FromMinutes(20),
        }.Pour(cluster, table);
        return (input, table);
    }

    private async Task ThroughputAsync(
        IReadOnlyList<Workload> wanted, BenchTopic input, BenchTopic table, Guarantee guarantee, int threads, int size)
    {
        var runs = wanted.Select(w => w.Name).Append(BareLoopName).ToDictionary(name => name, _ => new List<Throughput>());
        for (var round = 0; round < _repeat; round++)
        {
            runs[BareLoopName].Add(await MeasureAsync(
                input, output => new BareLoop(cluster, input, output, guarantee, cluster.Unique("bare"))));
            foreach (var workload in wanted)
            {
                runs[workload.Name].Add(await MeasureAsync(input, output => new Engine(
                    cluster, workload.Build(new Topics(input, table, output)), guarantee, threads, options.Data)));
            }
        }

        var bare = Throughput.Median(runs[BareLoopName]);
        foreach (var workload in wanted)
        {
            var name = $"{workload.Name}, {guarantee}, {size} B, {threads} thread{(threads == 1 ? "" : "s")}";
            var engine = Throughput.Median(runs[workload.Name]);
            report.Add(new(Bench, name, engine.RecordsPerSecond, "records/s", bare.RecordsPerSecond));
            report.Add(new(Bench, name, engine.CpuMicroseconds, "cpu us/record", bare.CpuMicroseconds));
            report.Add(new(Bench, name, engine.AllocatedBytes, "allocated B/record", bare.AllocatedBytes));
        }
    }

    private async Task<Throughput> MeasureAsync(BenchTopic input, Func<BenchTopic, ISubject> subject)
    {
        var output = await cluster.CreateTopicAsync("output", InputPartitions);
        var throughput = await Throughput.MeasureAsync(cluster, input, subject(output));
        await cluster.DeleteTopicsAsync(output);
        return throughput;
    }

    private async Task<Latency> LatencyAsync(Guarantee guarantee, int rate, Func<BenchTopic, BenchTopic, ISubject> create)
    {
        var input = await cluster.CreateTopicAsync("latency-in", InputPartitions);
        var output = await cluster.CreateTopicAsync("latency-out", InputPartitions);
        await using var subject = create(input, output);
        await subject.StartAsync();
        var duration = TimeSpan.FromSeconds(options.Seconds ?? 3);
        var (_, received) = await new LatencyProbe(cluster, input, output, rate, duration).RunAsync();
        if (subject.Failure.IsCompleted)
            await subject.Failure;
        return received;
    }
}

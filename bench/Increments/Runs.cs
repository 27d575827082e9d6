using System.Text;
using MedStreams.Bench.Support;
using MedStreams.Topologies.Increments;

namespace MedStreams.Increments.Bench;

/// <summary>The job beside the bare loop over the same raw logs, in rounds.</summary>
internal sealed class Runs(BenchOptions options, Report report, Cluster cluster, string postgres)
{
    private const string Bench = "Increments";
    private const int Partitions = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);
    private static readonly Guarantee ExactlyOnce = new(true, TimeSpan.FromMilliseconds(100));
    private readonly ResultTable _table = new(postgres);

    public async Task RunAsync()
    {
        var records = options.Records ?? 200_000;
        var raw = await cluster.CreateTopicAsync("logs.raw", Partitions);
        var logs = new RawLogs(Options(raw, "expected"));
        logs.Pour(cluster, raw, records);
        Report.Progress($"{Bench}: {records:#,0} records of {logs.Bytes / records} B on average");
        foreach (var threads in options.Threads is { Count: > 0 } asked ? asked : options.Full ? [1, 2] : [1])
        {
            var (bare, job) = (new List<Throughput>(), new List<Throughput>());
            for (var round = 0; round < (options.Repeat ?? 3); round++)
            {
                bare.Add(await BareAsync(raw));
                job.Add(await JobAsync(raw, logs.Expected, threads));
            }

            Add($"J1 logs to PostgreSQL, {ExactlyOnce}, {threads} thread{(threads == 1 ? "" : "s")}",
                Throughput.Median(job), Throughput.Median(bare));
        }
    }

    private void Add(string name, Throughput job, Throughput bare)
    {
        report.Add(new(Bench, name, job.RecordsPerSecond, "records/s", bare.RecordsPerSecond));
        report.Add(new(Bench, name, job.CpuMicroseconds, "cpu us/record", bare.CpuMicroseconds));
        report.Add(new(Bench, name, job.AllocatedBytes, "allocated B/record", bare.AllocatedBytes));
    }

    private async Task<Throughput> BareAsync(BenchTopic raw)
    {
        var output = await cluster.CreateTopicAsync("output", Partitions);
        var bare = new BareLoop(cluster, raw, output, ExactlyOnce, cluster.Unique("bare"));
        var throughput = await Throughput.MeasureAsync(cluster, raw, bare);
        await cluster.DeleteTopicsAsync(output);
        return throughput;
    }

    /// <summary>Runs the job until PostgreSQL accounts for every record, and checks each row.</summary>
    private async Task<Throughput> JobAsync(BenchTopic raw, ExpectedIncrements expected, int threads)
    {
        var settings = Options(raw, cluster.Unique("job"));
        var topics = IncrementsTopology.Topics(settings)
            .Where(name => name != raw.Name)
            .Select(name => new BenchTopic(name, Partitions))
            .ToArray();
        await cluster.CreateAsync(topics);
        await _table.DropAsync();
        await using var job = new Job(cluster, postgres, settings, threads, options.Data);
        GC.Collect();
        var meter = Usage.Begin();
        await job.StartAsync();
        while (await _table.RecordsAsync() < expected.Counted + expected.Late)
        {
            if (job.Failure.IsCompleted)
                await job.Failure;
            if (meter.End().Elapsed > Limit)
                throw new BenchException($"PostgreSQL does not account for all records within {Limit}.");
            await Task.Delay(Interval);
        }

        var throughput = Throughput.Of(meter.End(), expected.RecordsIn);
        await _table.CheckAsync(expected);
        await job.DisposeAsync();
        await cluster.DeleteTopicsAsync(topics);
        return throughput;
    }

    private static IncrementsOptions Options(BenchTopic raw, string prefix) => new()
    {
        Parsing = new LogParsingOptions
        {
            PseudonymKey = Encoding.UTF8.GetBytes("a key for benchmarks only"),
            Sources = HospitalDefaults.Sources,
        },
        RawTopic = raw.Name,
        ParsedTopic = prefix + "-parsed",
        DeadLetterTopic = prefix + "-dead-letter",
        ProductTopicPrefix = prefix + "-product.",
        IncrementsTopic = prefix + "-increments",
    };
}

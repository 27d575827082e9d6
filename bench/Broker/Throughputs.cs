using MedStreams.Bench.Support;

namespace MedStreams.Broker.Bench;

/// <summary>
/// Produce and fetch at full speed. Produce stands beside two rates of the file system, measured right before and after: that
/// of the same writes (as many bytes at a time, to as many files, with a sync after as many bytes as the broker's mean), and that of
/// large ones. Fetch stands beside a file that is sent from the page cache over a bare connection.
/// </summary>
internal sealed class Throughputs(Target target, BenchOptions options, Report report)
{
    private static readonly TimeSpan BaselineDuration = TimeSpan.FromSeconds(0.3);
    private readonly TimeSpan _duration = TimeSpan.FromSeconds(options.Seconds ?? (options.Full ? 5 : 1));
    private readonly int _repeat = options.Repeat ?? 3;

    /// <summary>Runs all shapes; answers the records a second of 100 B to one partition, or null where that was not asked for.</summary>
    public async Task<double?> RunAsync()
    {
        double? load = null;
        foreach (var partitions in options.Partitions is { Count: > 0 } asked ? asked : [1, 16])
        {
            foreach (var size in options.Sizes is { Count: > 0 } sizes ? sizes : [100, 1000])
            {
                var rate = await RunAsync(partitions, size, idempotent: false);
                if (partitions == 1 && size == 100)
                    load = rate;
                if (partitions == 1 && options.Wants("produce"))
                    await RunAsync(partitions, size, idempotent: true);
            }
        }

        return load;
    }

    private async Task<double> RunAsync(int partitions, int size, bool idempotent)
    {
        var (produced, fetched) = (new List<Measured>(), new List<Measured>());
        var (large, same, sent) = (new List<double>(), new List<double>(), new List<double>());
        for (var run = 0; run < _repeat; run++)
        {
            var topic = await target.Cluster.CreateTopicAsync("produce", partitions);
            using (var producer = new ProduceRun(target.Cluster, topic, size, idempotent))
            {
                large.Add(Disk.AppendRate(options.Data, WritePattern.Large(target.Fsync), BaselineDuration));
                produced.Add(await Measured.OfAsync(target.Broker, () => producer.Run(_duration)));
            }

            same.Add(Disk.AppendRate(options.Data, PatternOf(produced[^1], partitions), BaselineDuration));
            large.Add(Disk.AppendRate(options.Data, WritePattern.Large(target.Fsync), BaselineDuration));
            if (!idempotent && options.Wants("fetch"))
            {
                sent.Add(await Loopback.FileRateAsync(options.Data, BaselineDuration));
                fetched.Add(await Measured.OfAsync(target.Broker, () => FetchRun.Run(target.Cluster, topic, _duration)));
            }

            await target.Cluster.DeleteTopicsAsync(topic);
        }

        var shape = $"{target.Flushing}, {size} B, {partitions} partition{(partitions == 1 ? "" : "s")}";
        Add($"produce {shape}{(idempotent ? ", idempotent" : "")}", produced, size, (Statistics.Median(same), "the same writes to the disk"), (Statistics.Median(large), "1 MiB writes to the disk"));
        if (fetched.Count > 0)
            Add($"fetch {shape}", fetched, size, (Statistics.Median(sent), "a file over a bare socket"), null);
        return Measured.Median(produced, run => run.Rate.Records);
    }

    /// <summary>How the broker wrote; against a broker that shows nothing, as librdkafka sends at most.</summary>
    private WritePattern PatternOf(Measured run, int partitions)
    {
        var bytes = run.Rate.Bytes * run.Rate.Elapsed.TotalSeconds;
        var write = run.Used.Produces == 0 ? 1_000_000 : bytes / run.Used.Produces;
        var sync = run.Used.Flushes == 0 ? write : bytes / run.Used.Flushes;
        return new(partitions, (int)write, target.Fsync ? (long)sync : null);
    }

    private void Add(string workload, List<Measured> runs, int size, (double Bytes, string Name) first, (double Bytes, string Name)? second)
    {
        report.Add(new(Target.Bench, workload, Measured.Median(runs, r => r.Rate.Records), "records/s", first.Bytes / size, first.Name));
        var megabytes = Measured.Median(runs, r => r.Rate.Bytes / 1e6);
        report.Add(new(Target.Bench, workload, megabytes, "MB/s", first.Bytes / 1e6, first.Name));
        if (second is { } other)
            report.Add(new(Target.Bench, workload, megabytes, "MB/s", other.Bytes / 1e6, other.Name));
        if (target.Broker is null)
            return;
        var flushes = runs.Sum(r => r.Used.Flushes);
        if (flushes > 0)
        {
            var elapsed = runs.Sum(r => r.Rate.Elapsed.TotalSeconds);
            var mebibytes = runs.Sum(r => r.Rate.Bytes * r.Rate.Elapsed.TotalSeconds) / (1 << 20);
            report.Add(new(Target.Bench, workload, runs.Sum(r => r.Used.FlushSeconds), "s in syncs", elapsed, "the time"));
            report.Add(new(Target.Bench, workload, mebibytes / flushes, "MiB in a sync", 1, "those of the baseline"));
        }

        report.Add(new(
            Target.Bench,
            workload,
            Measured.Median(runs, r => r.BrokerMicroseconds),
            "broker cpu us/record",
            Measured.Median(runs, r => r.ClientMicroseconds),
            "the client's"));
    }
}

using Confluent.Kafka;

namespace MedStreams.Bench.Support;

/// <summary>What a run over a filled topic took, for each record.</summary>
/// <param name="RecordsPerSecond">Records over the time from the start until the committed offsets reached the end.</param>
/// <param name="CpuMicroseconds">CPU time of this process for a record, client library and garbage collector included.</param>
/// <param name="AllocatedBytes">Managed bytes allocated for a record.</param>
public sealed record Throughput(double RecordsPerSecond, double CpuMicroseconds, double AllocatedBytes)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);

    /// <summary>What a piece of work took for each of its records.</summary>
    public static Throughput Of(Usage usage, long records) => new(
        records / usage.Elapsed.TotalSeconds,
        usage.Cpu.TotalMicroseconds / records,
        usage.AllocatedBytes / (double)records);

    /// <summary>The medians of several runs.</summary>
    public static Throughput Median(IReadOnlyCollection<Throughput> runs) => new(
        Statistics.Median(runs.Select(r => r.RecordsPerSecond)),
        Statistics.Median(runs.Select(r => r.CpuMicroseconds)),
        Statistics.Median(runs.Select(r => r.AllocatedBytes)));

    /// <summary>Runs a subject over a filled topic to its end.</summary>
    /// <exception cref="BenchException">It failed, or did not reach the end in five minutes.</exception>
    public static async Task<Throughput> MeasureAsync(Cluster cluster, BenchTopic input, ISubject subject)
    {
        var ends = cluster.Ends(input).Where(e => e.Value > 0).ToDictionary();
        using var watcher = Clients.Consumer<Ignore, Ignore>(cluster.Settings(
            ("group.id", subject.Group), ("enable.auto.commit", "false"), ("isolation.level", "read_uncommitted")));
        await using (subject)
        {
            GC.Collect();
            var meter = Usage.Begin();
            await subject.StartAsync();
            while (!HasReached(watcher, ends))
            {
                if (subject.Failure.IsCompleted)
                    await subject.Failure;
                if (meter.End().Elapsed > Limit)
                    throw new BenchException($"{subject.Group} has not reached the end of its input within {Limit}.");
                await Task.Delay(Interval);
            }

            return Of(meter.End(), ends.Values.Sum());
        }
    }

    private static bool HasReached(IConsumer<Ignore, Ignore> watcher, Dictionary<TopicPartition, long> ends)
    {
        try
        {
            return watcher.Committed(ends.Keys, Patience).TrueForAll(c => c.Offset.Value >= ends[c.TopicPartition]);
        }
        catch (KafkaException e) when (!e.Error.IsFatal)
        {
            // No coordinator yet, or a transaction's offsets are being decided: asked again.
            return false;
        }
    }
}

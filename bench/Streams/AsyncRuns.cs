using MedStreams.Bench.Support;

namespace MedStreams.Streams.Bench;

/// <summary>W6: a call of 5 ms for each record, beside the same call made one at a time, as a mapping that waits for it.</summary>
internal sealed class AsyncRuns(BenchOptions options, Report report, Cluster cluster)
{
    public const string Name = "W6 asynchronous call of 5 ms";
    private const int Partitions = 4;
    private const int RecordsOneAtATime = 400;
    private static readonly TimeSpan Call = TimeSpan.FromMilliseconds(5);
    private static readonly AsyncOptions Calls = new() { MaxConcurrency = 500 };

    public async Task RunAsync()
    {
        var records = options.Records ?? 200_000;
        var few = await FillAsync(RecordsOneAtATime);
        var many = await FillAsync(records);
        foreach (var guarantee in Guarantee.Both(TimeSpan.FromMilliseconds(100))
            .Where(g => options.Guarantee is null || (options.Guarantee == "eos") == g.ExactlyOnce))
        {
            foreach (var threads in options.Threads is { Count: > 0 } asked ? asked : [1])
            {
                var single = await MeasureAsync(few, guarantee, threads, stream => stream.MapValues(OneAtATime));
                var runs = new List<Throughput>();
                for (var round = 0; round < (options.Repeat ?? 3); round++)
                    runs.Add(await MeasureAsync(many, guarantee, threads, static stream => stream.MapValuesAsync(AtOnce, Calls)));
                var median = Throughput.Median(runs);
                var name = $"{Name}, {guarantee}, 100 B, {threads} thread{(threads == 1 ? "" : "s")}";
                report.Add(new("Streams", name, median.RecordsPerSecond, "records/s", single.RecordsPerSecond));
                report.Add(new("Streams", name, median.CpuMicroseconds, "cpu us/record", single.CpuMicroseconds));
                report.Add(new("Streams", name, median.AllocatedBytes, "allocated B/record", single.AllocatedBytes));
            }
        }

        await cluster.DeleteTopicsAsync(few, many);
    }

    private static byte[] OneAtATime(byte[] value)
    {
        Task.Delay(Call).GetAwaiter().GetResult();
        return value;
    }

    private static async ValueTask<byte[]> AtOnce(byte[] value, CancellationToken token)
    {
        await Task.Delay(Call, token);
        return value;
    }

    private async Task<BenchTopic> FillAsync(int records)
    {
        Report.Progress($"Streams: filling a topic with {records:#,0} records of 100 B");
        var topic = await cluster.CreateTopicAsync("calls", Partitions);
        new Filling(records, AppLine.Lines(100), Workload.Keys, TimeSpan.FromMinutes(10)).Pour(cluster, topic);
        return topic;
    }

    private async Task<Throughput> MeasureAsync(
        BenchTopic input, Guarantee guarantee, int threads, Func<KStream<string, byte[]>, KStream<string, byte[]>> step)
    {
        var output = await cluster.CreateTopicAsync("output", Partitions);
        var builder = new StreamsBuilder();
        step(builder.Stream<string, byte[]>(input.Name)).To(output.Name);
        var measured = await Throughput.MeasureAsync(
            cluster, input, new Engine(cluster, builder.Build(), guarantee, threads, options.Data));
        await cluster.DeleteTopicsAsync(output);
        return measured;
    }
}

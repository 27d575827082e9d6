using System.Globalization;
using MedStreams.Bench.Support;

namespace MedStreams.Streams.Bench;

/// <summary>
/// R1: how fast an instance without state reads the changelog of W3's count, over the time from its start until it runs; beside a
/// consumer that reads the same records and does nothing with them.
/// </summary>
internal sealed class RestoreRuns(BenchOptions options, Report report, Cluster cluster)
{
    private const string Bench = "Streams";
    private const string Store = "counts";
    private const int Partitions = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan CommitInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Both guarantees; the changelog is the same.</summary>
    public async Task RunAsync()
    {
        var records = options.Records ?? 2_000_000;
        Report.Progress($"{Bench}: filling a changelog with {records:#,0} records");
        foreach (var guarantee in Guarantee.Both(CommitInterval).Where(options.Wants))
        {
            var (bare, engine) = (new List<Throughput>(), new List<Throughput>());
            for (var round = 0; round < (options.Repeat ?? (options.Full ? 3 : 1)); round++)
            {
                var input = await cluster.CreateTopicAsync("restore-in", Partitions);
                var output = await cluster.CreateTopicAsync("restore-out", Partitions);
                var subject = new Engine(cluster, Workload.Count(new Topics(input, input, output), Store), guarantee, 1, options.Data);
                var changelog = new BenchTopic($"{subject.Group}-{Store}-changelog", Partitions);
                await cluster.CreateAsync(changelog);
                new Filling(records, Counts(), Workload.Keys, TimeSpan.FromMinutes(10)).Pour(cluster, changelog);
                bare.Add(await Task.Run(() => Read(changelog, records)));
                await using (subject)
                    engine.Add(await RestoreAsync(subject, records));
                await cluster.DeleteTopicsAsync(input, output, changelog);
            }

            var (restored, read) = (Throughput.Median(engine), Throughput.Median(bare));
            var name = $"R1 restore of a count, {guarantee}, 1 thread";
            report.Add(new(Bench, name, restored.RecordsPerSecond, "records/s", read.RecordsPerSecond));
            report.Add(new(Bench, name, restored.CpuMicroseconds, "cpu us/record", read.CpuMicroseconds));
            report.Add(new(Bench, name, restored.AllocatedBytes, "allocated B/record", read.AllocatedBytes));
        }
    }

    /// <summary>What a count writes: eight bytes, big-endian.</summary>
    private static IReadOnlyList<byte[]> Counts() => [.. Enumerable.Range(1, 20).Select(n => new byte[] { 0, 0, 0, 0, 0, 0, 0, (byte)n })];

    private static async Task<Throughput> RestoreAsync(Engine subject, int records)
    {
        GC.Collect();
        var meter = Usage.Begin();
        await subject.StartAsync();
        while (subject.Streams.State != KafkaStreamsState.Running)
        {
            if (subject.Failure.IsCompleted)
                await subject.Failure;
            if (meter.End().Elapsed > Limit)
                throw new BenchException($"{subject.Group} has not restored its state within {Limit}.");
            await Task.Delay(Interval);
        }

        var throughput = Throughput.Of(meter.End(), records);
        var restored = subject.Streams.Query(StateQueryRequest.InStore(Store).WithQuery(new RangeQuery<string, long?> { Limit = Workload.Keys }))
            .PartitionResults.Values.Sum(partition => partition.Result!.Entries.Count);
        var expected = Math.Min(records, Workload.Keys);
        return restored == expected
            ? throughput
            : throw new BenchException(string.Create(CultureInfo.InvariantCulture, $"{restored} keys were restored instead of {expected}."));
    }

    private Throughput Read(BenchTopic topic, int records)
    {
        GC.Collect();
        var meter = Usage.Begin();
        using var consumer = Clients.Consumer<byte[], byte[]>(cluster.Settings(
            ("group.id", cluster.Unique("read")),
            ("enable.auto.commit", "false"),
            ("isolation.level", "read_committed"),
            ("fetch.error.backoff.ms", "50"),
            ("queued.min.messages", "1000000")));
        consumer.Assign(Enumerable.Range(0, topic.Partitions).Select(p => new Confluent.Kafka.TopicPartitionOffset(topic.Name, p, 0)));
        for (var count = 0; count < records; count++)
        {
            if (consumer.Consume(Limit) is null)
                throw new BenchException($"{topic.Name} was not read within {Limit}.");
        }

        return Throughput.Of(meter.End(), records);
    }
}

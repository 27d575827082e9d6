using System.Diagnostics;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Bench.Support;
using MedStreams.Monitoring.Lag;
using MedStreams.Monitoring.Metrics;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Monitoring.Bench;

/// <summary>Groups that lag in each of their partitions, looked at once and watched.</summary>
internal sealed class LagRun(string servers, BenchOptions options, Report report)
{
    private const string Bench = "Monitoring";
    private const int Groups = 500;
    private const int PartitionsOfGroup = 20;
    private const int PartitionsOfTopic = 100;
    private const int Topics = Groups * PartitionsOfGroup / PartitionsOfTopic;
    private const int CommitsOfGroup = 10;
    private const int Looks = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs, and reports.</summary>
    public async Task RunAsync()
    {
        Report.Progress($"{Bench}: making {Groups} groups over {Topics * PartitionsOfTopic:#,0} partitions");
        await PrepareAsync();
        var name = $"lag of {Groups} groups, {Groups * PartitionsOfGroup:#,0} partitions";
        await WatchAsync(name);
        Scan(name);
    }

    private async Task WatchAsync(string name)
    {
        var before = Memory();
        var began = Stopwatch.GetTimestamp();
        await using var watch = new ClusterWatch(
            new MonitoredCluster { Name = "bench", Servers = [servers], Connect = Connect, Admin = Admin, OffsetRefresh = TimeSpan.FromMilliseconds(500), LooksUpTimes = false },
            TimeProvider.System,
            NullLogger.Instance);
        while (!watch.HasCaughtUp || watch.Book.Groups.Count < Groups)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience)
                throw new BenchException($"only {watch.Book.Groups.Count} of {Groups} groups were seen");
            await Task.Delay(TimeSpan.FromMilliseconds(10));
        }

        report.Add(new(Bench, $"{name}: start until all commits are known", Stopwatch.GetElapsedTime(began).TotalSeconds, "s"));
        var (looks, judgements, texts, bytes) = (new List<double>(), new List<double>(), new List<double>(), 0);
        for (var i = 0; i < (options.Repeat ?? Looks); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(600));
            looks.Add(watch.LastLook.TotalSeconds);
            judgements.Add(Seconds(() =>
            {
                foreach (var group in watch.Book.Groups)
                    watch.Evaluate(group);
            }));
            texts.Add(Seconds(() =>
            {
                var text = new Exposition();
                LagMetrics.Write(text, [watch]);
                bytes = text.ToBytes().Length;
            }));
        }

        report.Add(new(Bench, $"{name}: a look at all ends", Statistics.Median(looks), "s", 1, "the aim"));
        report.Add(new(Bench, $"{name}: judging all groups", Statistics.Median(judgements), "s"));
        report.Add(new(Bench, $"{name}: /metrics", Statistics.Median(texts), "s"));
        report.Add(new(Bench, $"{name}: /metrics", bytes / 1e6, "MB"));
        report.Add(new(Bench, $"{name}: memory kept", (Memory() - before) / 1e6, "MB"));
        if (watch.Book.PartitionCount == 0)
            throw new BenchException("nothing was watched");
    }

    private void Scan(string name)
    {
        var times = new List<double>();
        for (var i = 0; i < 3; i++)
        {
            times.Add(Seconds(() =>
            {
                using var admin = Admin();
                var partitions = admin.GetMetadata(TimeSpan.FromSeconds(30)).Topics.First(t => t.Topic == "__consumer_offsets").Partitions.Count;
                var groups = new LagScanner(Connect, TimeProvider.System).Scan(
                    new LagScanOptions { LooksUpTimes = false, MinDistance = TimeSpan.Zero }, partitions, CancellationToken.None);
                if (groups.Count < Groups)
                    throw new BenchException($"only {groups.Count} of {Groups} groups were seen");
            }));
        }

        report.Add(new(Bench, $"{name}: one scan with history (medstreams lag)", Statistics.Median(times), "s", 1, "the aim"));
    }

    private async Task PrepareAsync()
    {
        using (var admin = Admin())
        {
            foreach (var topics in Enumerable.Range(0, Topics).Chunk(10))
                await admin.CreateTopicsAsync(topics.Select(t => new TopicSpecification { Name = $"t{t}", NumPartitions = PartitionsOfTopic, ReplicationFactor = 1 }));
        }

        using (var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = servers, LingerMs = 50 }).Build())
        {
            for (var t = 0; t < Topics; t++)
            {
                for (var p = 0; p < PartitionsOfTopic; p++)
                {
                    for (var i = 0; i < 2 * CommitsOfGroup; i++)
                        producer.Produce(new TopicPartition($"t{t}", p), new Message<Null, byte[]> { Value = [1] });
                }

                producer.Flush(TimeSpan.FromSeconds(30));
            }
        }

        // Not by consumers: each would wait for a second until it knows its coordinator.
        using var committer = Admin();
        await Parallel.ForAsync(0, Groups, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (g, _) =>
        {
            for (var commit = 1; commit <= CommitsOfGroup; commit++)
            {
                await committer.AlterConsumerGroupOffsetsAsync(
                [
                    new ConsumerGroupTopicPartitionOffsets($"g{g}", [.. Enumerable.Range(g * PartitionsOfGroup, PartitionsOfGroup)
                        .Select(p => new TopicPartitionOffset($"t{p / PartitionsOfTopic}", p % PartitionsOfTopic, commit))]),
                ]);
            }
        });
    }

    private IConsumer<byte[]?, byte[]?> Connect(ConsumerConfig config)
    {
        config.BootstrapServers = servers;
        return new ConsumerBuilder<byte[]?, byte[]?>(config).Build();
    }

    private IAdminClient Admin() => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();

    private static double Seconds(Action action)
    {
        var began = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private static long Memory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}

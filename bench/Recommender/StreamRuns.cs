using System.Text;
using Confluent.Kafka;
using MedStreams.Bench.Support;
using MedStreams.Streams;
using MedStreams.Topologies.Recommendations;
using TopicPartition = Confluent.Kafka.TopicPartition;

namespace MedStreams.Recommender.Bench;

/// <summary>The topology as it runs: one instance with two threads, at least once, over a filled topic.</summary>
internal sealed class StreamRuns(Matrix matrix, BenchOptions options, Report report)
{
    private const int Partitions = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync()
    {
        await using var broker = options.Bootstrap is null ? await BrokerProcess.StartAsync(options.Data, options.Fsync) : null;
        using var cluster = new Cluster(options.Bootstrap ?? broker!.BootstrapServers);
        var input = await cluster.CreateTopicAsync("preferences", Partitions);
        var lists = await cluster.CreateTopicAsync("recommendations", Partitions);
        var refused = await cluster.CreateTopicAsync("refused", 1);
        var id = cluster.Unique("recommender");
        Fill(cluster, input);

        var builder = new StreamsBuilder();
        RecommendationsTopology.Build(builder, new RecommendationsOptions
        {
            Partitions = Partitions,
            PreferenceTopic = input.Name,
            RecommendationTopic = lists.Name,
            DeadLetterTopic = refused.Name,
        });
        var folder = Path.Combine(options.Data, $"medstreams-bench-state-{Guid.NewGuid():N}");
        var streams = new KafkaStreams(builder.Build(), new StreamsConfig
        {
            ApplicationId = id,
            BootstrapServers = cluster.BootstrapServers,
            ProcessingGuarantee = ProcessingGuarantee.AtLeastOnce,
            NumStreamThreads = 2,
            StateDir = folder,
        });
        try
        {
            var meter = Usage.Begin();
            await streams.StartAsync();
            var copies = new BenchTopic($"{id}-preferences-for-all-repartition", Partitions);
            await DoneAsync(cluster, id, input, streams, matrix.Count);
            await DoneAsync(cluster, id, copies, streams, matrix.Count * (long)Partitions);
            var usage = meter.End();
            var workload = $"T1 {matrix.Name}, {Partitions} tasks, {matrix.Count:#,##0} records";
            report.Add(new Figure("Recommender", workload, matrix.Count / usage.Elapsed.TotalSeconds, "preferences/s"));
            report.Add(new Figure("Recommender", workload, usage.Cpu.TotalMicroseconds / matrix.Count, "µs CPU/preference"));
            report.Add(new Figure("Recommender", workload, cluster.Ends(lists).Values.Sum() / usage.Elapsed.TotalSeconds, "lists/s meanwhile"));
        }
        finally
        {
            await streams.DisposeAsync();
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Waits until the group has committed so many records of a topic.</summary>
    private static async Task DoneAsync(Cluster cluster, string group, BenchTopic topic, KafkaStreams streams, long records)
    {
        using var consumer = Clients.Consumer<Ignore, Ignore>(cluster.Settings(("group.id", group)));
        var partitions = Enumerable.Range(0, topic.Partitions).Select(p => new TopicPartition(topic.Name, p)).ToList();
        while (consumer.Committed(partitions, Patience).Sum(p => Math.Max(0, p.Offset.Value)) < records)
        {
            if (streams.Completion.IsCompleted)
                await streams.Completion;
            await Task.Delay(Look);
        }
    }

    private void Fill(Cluster cluster, BenchTopic topic)
    {
        using var producer = Clients.Producer(cluster.Settings(
            ("partitioner", "murmur2_random"), ("linger.ms", "20"), ("queue.buffering.max.messages", "1000000"), ("dotnet.producer.enable.delivery.reports", "false")));
        var to = new TopicPartition(topic.Name, Partition.Any);
        foreach (var (user, item, value) in matrix.Preferences())
        {
            producer.Send(to, new Message<byte[], byte[]>
            {
                Key = Encoding.UTF8.GetBytes(user),
                Value = RecommendationSerdes.ToBytes(new PreferenceRecord(item, value)),
            });
        }

        while (producer.Flush(Patience) > 0)
        {
        }
    }
}

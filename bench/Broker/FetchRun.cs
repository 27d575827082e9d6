using System.Diagnostics;
using Confluent.Kafka;
using MedStreams.Bench.Support;

namespace MedStreams.Broker.Bench;

/// <summary>One librdkafka consumer at full speed, from the beginning of a topic to its end.</summary>
internal static class FetchRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Reads until the end, or for a time.</summary>
    /// <exception cref="BenchException">Records did not come.</exception>
    public static Rate Run(Cluster cluster, BenchTopic topic, TimeSpan duration)
    {
        using var consumer = Clients.Consumer<Ignore, byte[]>(cluster.Settings(
            ("group.id", cluster.Unique("fetch")),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("queued.min.messages", "1000000"),
            ("dotnet.consumer.consume.result.fields", "none")));
        var left = cluster.Ends(topic).Values.Sum();
        consumer.Assign(Enumerable.Range(0, topic.Partitions).Select(p => new TopicPartitionOffset(topic.Name, p, 0)));
        long records = 0, bytes = 0;
        var start = Stopwatch.GetTimestamp();
        while (records < left && (records % 256 != 0 || Stopwatch.GetElapsedTime(start) < duration))
        {
            var result = consumer.Consume(Patience)
                ?? throw new BenchException($"{left - records} records of {topic.Name} did not come.");
            records++;
            bytes += result.Message.Value.Length;
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new Rate(records / seconds, bytes / seconds);
    }
}

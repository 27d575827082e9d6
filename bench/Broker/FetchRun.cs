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

        // The clock begins with the first record: until then the client connects, which takes it up to a second.
        Next();
        long records = 0, bytes = 0;
        left--;
        var start = Stopwatch.GetTimestamp();
        while (records < left && (records % 256 != 0 || Stopwatch.GetElapsedTime(start) < duration))
        {
            bytes += Next();
            records++;
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        return new Rate(records / elapsed.TotalSeconds, bytes / elapsed.TotalSeconds, elapsed);

        int Next() => (consumer.Consume(Patience) ?? throw new BenchException($"A record of {topic.Name} did not come."))
            .Message.Value.Length;
    }
}

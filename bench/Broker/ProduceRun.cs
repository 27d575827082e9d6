using System.Diagnostics;
using Confluent.Kafka;
using MedStreams.Bench.Support;

namespace MedStreams.Broker.Bench;

/// <summary>Records a second, and bytes of values a second.</summary>
internal readonly record struct Rate(double Records, double Bytes);

/// <summary>One librdkafka producer with acks=all at full speed, over all partitions of a topic in turn.</summary>
internal static class ProduceRun
{
    /// <summary>Most bytes of one run, so that fast disks are not filled.</summary>
    private const long MostBytes = 1L << 30;

    /// <summary>Sends for a time; the clock runs until everything is acknowledged.</summary>
    /// <exception cref="BenchException">Not everything was written.</exception>
    public static Rate Run(Cluster cluster, BenchTopic topic, int size, TimeSpan duration)
    {
        using var producer = Clients.Producer(cluster.Settings(
            ("acks", "all"),
            ("enable.idempotence", "true"),
            ("linger.ms", "5"),
            ("queue.buffering.max.messages", "500000"),
            ("queue.buffering.max.kbytes", "131072"),
            ("dotnet.producer.enable.delivery.reports", "false")));
        var values = Filling.RandomValues(size);
        var to = Enumerable.Range(0, topic.Partitions).Select(p => new TopicPartition(topic.Name, p)).ToArray();
        var message = new Message<byte[], byte[]>();
        var most = MostBytes / size;
        long sent = 0;
        var start = Stopwatch.GetTimestamp();
        for (; sent < most && (sent % 256 != 0 || Stopwatch.GetElapsedTime(start) < duration); sent++)
        {
            message.Value = values[(int)(sent % values.Count)];
            producer.Send(to[sent % to.Length], message);
        }

        while (producer.Flush(TimeSpan.FromSeconds(10)) > 0)
        {
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var written = cluster.Ends(topic).Values.Sum();
        return written == sent
            ? new Rate(sent / seconds, sent * size / seconds)
            : throw new BenchException($"{topic.Name} holds {written} of {sent} records.");
    }
}

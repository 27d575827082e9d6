using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace MedStreams.Bench.Support;

/// <summary>What a topic is filled with.</summary>
/// <param name="Records">How many records.</param>
/// <param name="Values">Their values, taken in turn.</param>
/// <param name="Keys">How many different keys, taken in turn in a scattered order; keys have 9 bytes.</param>
/// <param name="Span">The time that the records' timestamps span.</param>
public sealed record Filling(int Records, IReadOnlyList<byte[]> Values, int Keys, TimeSpan Span)
{
    /// <summary>How long before now the timestamps end.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>Values of one size that no compression makes smaller; the same in every run.</summary>
    public static IReadOnlyList<byte[]> RandomValues(int size)
    {
        var random = new Random(size);
        return
        [
            .. Enumerable.Range(0, 1024).Select(_ =>
            {
                var value = new byte[size];
                random.NextBytes(value);
                return value;
            }),
        ];
    }

    /// <summary>Fills a topic; a key always goes to the same partition, that of Kafka's default partitioner.</summary>
    /// <exception cref="BenchException">Not all records arrived.</exception>
    public void Pour(Cluster cluster, BenchTopic topic)
    {
        using (var producer = Clients.Producer(cluster.Settings(
            ("partitioner", "murmur2_random"),
            ("linger.ms", "20"),
            ("enable.idempotence", "true"),
            ("queue.buffering.max.messages", "1000000"),
            ("dotnet.producer.enable.delivery.reports", "false"))))
        {
            var keys = Enumerable.Range(0, Keys)
                .Select(k => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"k{k:00000000}")))
                .ToArray();
            var to = new TopicPartition(topic.Name, Partition.Any);
            var start = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - (long)(Span + Age).TotalMilliseconds;
            for (var i = 0; i < Records; i++)
            {
                var time = start + (long)(Span.TotalMilliseconds * i / Records);
                producer.Send(to, new Message<byte[], byte[]>
                {
                    // A prime step, so that neighbours differ and every key comes once in each round.
                    Key = keys[(int)(i * 7_919L % Keys)],
                    Value = Values[i % Values.Count],
                    Timestamp = new Timestamp(time, TimestampType.CreateTime),
                });
            }

            while (producer.Flush(TimeSpan.FromSeconds(10)) > 0)
            {
            }
        }

        var arrived = cluster.Ends(topic).Values.Sum();
        if (arrived != Records)
            throw new BenchException($"{topic.Name} holds {arrived} records instead of {Records}.");
    }
}

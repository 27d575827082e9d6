using System.Diagnostics;
using Confluent.Kafka;
using MedStreams.Bench.Support;

namespace MedStreams.Broker.Bench;

/// <summary>One transactional producer that commits one small transaction after the other.</summary>
internal static class TransactionRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Runs transactions for a time.</summary>
    /// <param name="cluster">The broker.</param>
    /// <param name="topic">Where records go, to its partitions in turn.</param>
    /// <param name="records">Records of one transaction, 100 B each.</param>
    /// <param name="duration">How long.</param>
    /// <returns>Transactions a second, and the time of one from begin to committed.</returns>
    public static (double PerSecond, Latency Latency) Run(Cluster cluster, BenchTopic topic, int records, TimeSpan duration)
    {
        using var producer = Clients.Producer(cluster.Settings(
            ("transactional.id", cluster.Unique("transactions")),
            ("linger.ms", "0"),
            ("dotnet.producer.enable.background.poll", "false")));
        producer.InitTransactions(Patience);
        var to = Enumerable.Range(0, topic.Partitions).Select(p => new TopicPartition(topic.Name, p)).ToArray();
        var message = new Message<byte[], byte[]> { Value = new byte[100] };
        var times = new List<double>();

        // The first one waits up to a second for the client to learn about the topic.
        Transact(to.Length);
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < duration)
        {
            var begin = Stopwatch.GetTimestamp();
            Transact(records);
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }

        return (times.Count / Stopwatch.GetElapsedTime(start).TotalSeconds, Latency.Of(times));

        void Transact(int count)
        {
            producer.BeginTransaction();
            for (var i = 0; i < count; i++)
                producer.Send(to[(times.Count + i) % to.Length], message);
            producer.CommitTransaction(Patience);
        }
    }
}

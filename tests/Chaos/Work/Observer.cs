using System.Collections.Concurrent;
using Confluent.Kafka;

namespace MedStreams.Chaos.Tests.Work;

/// <summary>An output record as a reader of committed records sees it.</summary>
internal readonly record struct Seen(string Topic, int Partition, long Offset, string Key, string Value);

/// <summary>Reads the outputs while the faults go on.</summary>
internal sealed class Observer(string bootstrapServers, IReadOnlyList<string> topics)
{
    private readonly ConcurrentQueue<Seen> _seen = new();

    public long Count => _seen.Count;

    /// <summary>What was shown so far, each partition in order.</summary>
    public IReadOnlyList<Seen> All => [.. _seen];

    /// <summary>Follows the outputs until it is told to stop.</summary>
    public void Run(CancellationToken stop)
    {
        using var consumer = Reader(bootstrapServers, tellsEnds: false);
        consumer.Assign(Partitions());
        while (!stop.IsCancellationRequested)
        {
            if (consumer.Consume(TimeSpan.FromMilliseconds(50)) is not { } result)
                continue;
            _seen.Enqueue(new(result.Topic, result.Partition, result.Offset, result.Message.Key, result.Message.Value));
        }
    }

    /// <summary>Reads the outputs anew from their beginning to their present ends.</summary>
    public IReadOnlyList<Seen> ReadAll(CancellationToken stop)
    {
        using var consumer = Reader(bootstrapServers, tellsEnds: true);
        var open = Partitions().ToList();
        consumer.Assign(open);
        var all = new List<Seen>();
        for (var left = open.Count; left > 0;)
        {
            stop.ThrowIfCancellationRequested();
            if (consumer.Consume(TimeSpan.FromMilliseconds(100)) is not { } result)
                continue;
            if (result.IsPartitionEOF)
                left--;
            else
                all.Add(new(result.Topic, result.Partition, result.Offset, result.Message.Key, result.Message.Value));
        }

        return all;
    }

    private IEnumerable<TopicPartitionOffset> Partitions() =>
        from topic in topics
        from partition in Enumerable.Range(0, ChaosTopics.Partitions)
        select new TopicPartitionOffset(topic, partition, Offset.Beginning);

    private static IConsumer<string, string> Reader(string bootstrapServers, bool tellsEnds) =>
        new ConsumerBuilder<string, string>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = $"observer-{Guid.NewGuid():N}",
            EnableAutoCommit = false,
            EnablePartitionEof = tellsEnds,
            IsolationLevel = IsolationLevel.ReadCommitted,
            AllowAutoCreateTopics = false,
            ReconnectBackoffMs = 20,
            ReconnectBackoffMaxMs = 250,
        }).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
}

using System.Diagnostics;
using Confluent.Kafka;

namespace MedStreams.Bench.Support;

/// <summary>How a consume-produce loop or an engine commits.</summary>
/// <param name="ExactlyOnce">Transactions with read_committed; else at least once.</param>
/// <param name="CommitInterval">How often it commits.</param>
public sealed record Guarantee(bool ExactlyOnce, TimeSpan CommitInterval)
{
    /// <summary>At least once, then exactly once.</summary>
    public static IReadOnlyList<Guarantee> Both(TimeSpan commitInterval) => [new(false, commitInterval), new(true, commitInterval)];

    public override string ToString() => ExactlyOnce ? "exactly once" : "at least once";
}

/// <summary>
/// The floor for any engine over Confluent.Kafka: one thread that consumes records and produces them to another topic, unchanged
/// and without a look at them, and commits at the same interval. Tuned, and with no delivery handler: at least once it checks
/// only that everything left the queue. Delivery reports are taken by the same thread, since a thread of their own makes
/// each flush up to 10 ms longer.
/// </summary>
public sealed class BareLoop(Cluster cluster, BenchTopic input, BenchTopic output, Guarantee guarantee, string group) : ISubject
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Dictionary<Partition, long> _positions = [];
    private Task _running = Task.CompletedTask;
    private volatile bool _stopping;

    public string Group => group;

    public Task StartAsync()
    {
        _running = Task.Factory.StartNew(
            Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    public Task Failure => _running;

    public async ValueTask DisposeAsync()
    {
        _stopping = true;
        await _running;
    }

    private void Run()
    {
        using var consumer = Clients.Consumer<byte[], byte[]>(cluster.Settings(
            ("group.id", group),
            ("enable.auto.commit", "false"),
            ("enable.auto.offset.store", "false"),
            ("auto.offset.reset", "earliest"),
            ("isolation.level", guarantee.ExactlyOnce ? "read_committed" : "read_uncommitted"),
            ("partition.assignment.strategy", "range"),
            ("queued.min.messages", "1000000"),
            ("fetch.error.backoff.ms", "50")));
        using var producer = Clients.Producer(ProducerSettings());
        if (guarantee.ExactlyOnce)
            producer.InitTransactions(Patience);
        consumer.Subscribe(input.Name);
        var to = new TopicPartition(output.Name, Partition.Any);
        var last = Stopwatch.GetTimestamp();
        for (var count = 0; !_stopping; count++)
        {
            var result = consumer.Consume(10);
            if (result is not null)
            {
                if (guarantee.ExactlyOnce && _positions.Count == 0)
                    producer.BeginTransaction();
                producer.Send(to, result.Message);
                _positions[result.Partition] = result.Offset.Value + 1;
                if (count % 1024 == 0)
                    producer.Poll(TimeSpan.Zero);
            }

            if ((result is null || count % 128 == 0) && Stopwatch.GetElapsedTime(last) >= guarantee.CommitInterval)
            {
                Commit(consumer, producer);
                last = Stopwatch.GetTimestamp();
            }
        }

        Commit(consumer, producer);
        consumer.Close();
    }

    private Dictionary<string, string> ProducerSettings()
    {
        var settings = cluster.Settings(
            ("enable.idempotence", "true"),
            ("partitioner", "murmur2_random"),
            ("linger.ms", "5"),
            ("queue.buffering.max.messages", "1000000"),
            ("dotnet.producer.delivery.report.fields", "none"),
            ("dotnet.producer.enable.background.poll", "false"));
        if (guarantee.ExactlyOnce)
            settings["transactional.id"] = group;
        return settings;
    }

    private void Commit(IConsumer<byte[], byte[]> consumer, IProducer<byte[], byte[]> producer)
    {
        if (_positions.Count == 0)
            return;
        var offsets = _positions.Select(p => new TopicPartitionOffset(input.Name, p.Key, p.Value)).ToList();
        if (guarantee.ExactlyOnce)
        {
            producer.SendOffsetsToTransaction(offsets, consumer.ConsumerGroupMetadata, Patience);
            producer.CommitTransaction(Patience);
        }
        else
        {
            while (producer.Flush(Patience) > 0)
            {
            }

            consumer.Commit(offsets);
        }

        _positions.Clear();
    }
}

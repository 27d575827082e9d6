using Confluent.Kafka;
using TopicPartition = Confluent.Kafka.TopicPartition;

namespace MedStreams.Sinks.Migration;

/// <summary>
/// Reads from the end of the topic of tasks how far a database's outbox is in it. Positions ascend within each partition, and a transaction is in all partitions or in
/// none: so the largest of the last ones is the last of all, and all before it are there too.
/// </summary>
internal sealed class TaskTopicEnd(OutboxRelayOptions options, Guid database)
{
    private const long FirstStep = 64;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);

    /// <summary>The last position; 0 where the topic holds none of this database's. All earlier transactions of the outbox must be over.</summary>
    /// <exception cref="KafkaException">No broker answers, there is no such topic, or somebody else's transaction stays open on it.</exception>
    public long Read(CancellationToken stop)
    {
        var partitions = Partitions();
        using var all = Consumer(IsolationLevel.ReadUncommitted);
        using var committed = Consumer(IsolationLevel.ReadCommitted);
        var last = 0L;
        foreach (var partition in partitions)
        {
            var ends = all.QueryWatermarkOffsets(partition, options.Patience);
            WaitForStable(committed, partition, ends.High, stop);
            last = Math.Max(last, Last(committed, partition, ends.Low, ends.High, stop));
        }

        return last;
    }

    private List<TopicPartition> Partitions()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig(Settings())).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        var found = admin.GetMetadata(options.Patience).Topics.Find(topic => topic.Topic == options.Topic);
        return found is { Error.Code: ErrorCode.NoError, Partitions.Count: > 0 }
            ? found.Partitions.ConvertAll(partition => new TopicPartition(options.Topic, partition.PartitionId))
            : throw new KafkaException(new Error(ErrorCode.UnknownTopicOrPart, $"There is no topic {options.Topic}."));
    }

    private IConsumer<Ignore, Ignore> Consumer(IsolationLevel isolation)
    {
        var config = new ConsumerConfig(Settings())
        {
            GroupId = options.TransactionalIdPrefix + "reader", // demanded by the client; never joined
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AllowAutoCreateTopics = false,
            IsolationLevel = isolation,
        };
        return new ConsumerBuilder<Ignore, Ignore>(config).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
    }

    /// <summary>An open transaction would hide what comes after it.</summary>
    private void WaitForStable(IConsumer<Ignore, Ignore> consumer, TopicPartition partition, long end, CancellationToken stop)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (consumer.QueryWatermarkOffsets(partition, options.Patience).High.Value < end)
        {
            if (TimeProvider.System.GetElapsedTime(since) > options.Patience)
                throw TimedOut($"a transaction of another producer stays open on {partition}: only the outbox may write to it");
            stop.WaitHandle.WaitOne(Slice);
            stop.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Looks at the last records, then at more and more of them until one is ours.</summary>
    private long Last(IConsumer<Ignore, Ignore> consumer, TopicPartition partition, long low, long high, CancellationToken stop)
    {
        for (var (step, until) = (FirstStep, high); until > low; step *= 8)
        {
            var from = Math.Max(low, until - step);
            if (LastWithin(consumer, partition, from, until, stop) is { } found)
                return found;
            until = from;
        }

        return 0;
    }

    private long? LastWithin(IConsumer<Ignore, Ignore> consumer, TopicPartition partition, long from, long until, CancellationToken stop)
    {
        consumer.Assign(new TopicPartitionOffset(partition, from));
        try
        {
            long? last = null;
            for (var since = TimeProvider.System.GetTimestamp(); ;)
            {
                stop.ThrowIfCancellationRequested();
                if (consumer.Consume(Slice) is { } result)
                {
                    if (result.IsPartitionEOF || result.Offset.Value >= until)
                        return last;
                    last = OutboxHeader.PositionOf(result.Message.Headers, database) ?? last;
                    since = TimeProvider.System.GetTimestamp();
                }
                else if (TimeProvider.System.GetElapsedTime(since) > options.Patience)
                {
                    throw TimedOut($"the end of {partition} cannot be read: the broker sends nothing");
                }
            }
        }
        finally
        {
            consumer.Unassign();
        }
    }

    private static KafkaException TimedOut(string reason) => new(new Error(ErrorCode.Local_TimedOut, reason));

    private Dictionary<string, string> Settings() => new(options.Kafka, StringComparer.Ordinal);
}

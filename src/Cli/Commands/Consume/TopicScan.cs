using Confluent.Kafka;
using MedStreams.Cli.Kafka;

namespace MedStreams.Cli.Commands.Consume;

/// <summary>Reads partitions of a topic as the options say; without a group, committing nothing.</summary>
internal static class TopicScan
{
    /// <summary>Reads until enough was read.</summary>
    /// <param name="context">The verb.</param>
    /// <param name="options">What to read and when to stop.</param>
    /// <param name="onRecord">Gets each record.</param>
    /// <param name="beforeWaiting">Called when no record is at hand.</param>
    /// <param name="stop">Ends the wait with an <see cref="OperationCanceledException"/>.</param>
    /// <exception cref="CliException">No broker answers, or there is no such topic or partition.</exception>
    public static void Read(
        CommandContext context, ConsumeOptions options, Action<ConsumeResult<byte[]?, byte[]?>> onRecord, Action beforeWaiting, CancellationToken stop)
    {
        var clients = new KafkaClients(context);
        var partitions = Partitions(clients, options);
        using var consumer = clients.CreateConsumer(new ConsumerConfig
        {
            GroupId = "medstreams-cli",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            IsolationLevel = options.Isolation,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 100,
        });
        var ends = partitions.ToDictionary(p => p, p => consumer.QueryWatermarkOffsets(p, clients.Timeout));
        var starts = options.From.Resolve(consumer, ends, clients.Timeout).ToList();
        using var reader = new TopicReader(consumer, options);
        reader.Assign(starts, ends);
        while (!reader.IsDone)
        {
            if (reader.Next(beforeWaiting, stop) is { } record)
                onRecord(record);
        }
    }

    private static List<TopicPartition> Partitions(KafkaClients clients, ConsumeOptions options)
    {
        using var admin = clients.CreateAdmin();
        var known = clients.Topic(admin, options.Topic).Partitions.Select(p => p.PartitionId).Order().ToList();
        foreach (var missing in options.Partitions.Except(known))
            throw CliException.Usage($"{options.Topic} has no partition {missing}; it has 0 to {known[^1]}");
        return [.. known.Where(p => options.Partitions.Count == 0 || options.Partitions.Contains(p))
            .Select(p => new TopicPartition(options.Topic, p))];
    }
}

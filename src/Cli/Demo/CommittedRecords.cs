using Confluent.Kafka;

namespace MedStreams.Cli.Demo;

/// <summary>Reads what a topic holds now, as a reader of committed records sees it.</summary>
internal static class CommittedRecords
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Values of all records up to the ends that the partitions have now; empty for a topic that is not there.</summary>
    public static List<byte[]> Read(string bootstrapServers, string topic, CancellationToken stop)
    {
        using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
        {
            BootstrapServers = bootstrapServers,
            GroupId = "medstreams-demo-check",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
            AllowAutoCreateTopics = false,
        }).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();

        var partitions = Partitions(bootstrapServers, topic);
        var open = partitions.ToHashSet();
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        List<byte[]> values = [];
        while (open.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            var result = consumer.Consume(Patience) ?? throw CliException.Failed($"the broker sends nothing of {topic}");
            if (result.IsPartitionEOF)
                open.Remove(result.Partition.Value);
            else
                values.Add(result.Message.Value ?? []);
        }

        consumer.Close();
        return values;
    }

    private static List<int> Partitions(string bootstrapServers, string topic)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers })
            .SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        var found = admin.GetMetadata(Patience).Topics.Find(known => known.Topic == topic);
        return found?.Partitions.ConvertAll(partition => partition.PartitionId) ?? [];
    }
}

using System.Text;
using Confluent.Kafka;
using MedStreams.Cli.Commands;

namespace MedStreams.Cli.Kafka;

/// <summary>Reads what a compacted topic says now.</summary>
internal static class LastRecords
{
    /// <summary>The last committed value of each key up to the ends that the partitions have now; deleted keys are left out. Empty for a topic that is not there.</summary>
    /// <exception cref="CliException">The brokers do not answer in time.</exception>
    public static IReadOnlyDictionary<string, byte[]> Read(CommandContext context, string topic, CancellationToken stop)
    {
        var clients = new KafkaClients(context);
        using var admin = clients.CreateAdmin();
        var partitions = clients.AllTopics(admin).Topics.FirstOrDefault(t => t.Topic == topic)?.Partitions.ConvertAll(p => p.PartitionId) ?? [];
        using var consumer = clients.CreateConsumer(new ConsumerConfig
        {
            GroupId = "medstreams-cli",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
        });
        var open = partitions.ToHashSet();
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var last = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        while (open.Count > 0)
        {
            stop.ThrowIfCancellationRequested();
            var record = consumer.Consume(clients.Timeout) ?? throw CliException.Failed($"the brokers send nothing of {topic}");
            if (record.IsPartitionEOF)
                open.Remove(record.Partition.Value);
            else if (record.Message is { Key: { } key, Value: { } value })
                last[Encoding.UTF8.GetString(key)] = value;
            else if (record.Message.Key is { } deleted)
                last.Remove(Encoding.UTF8.GetString(deleted));
        }

        consumer.Close();
        return last;
    }
}

using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Streams.Kafka;

namespace MedStreams.Streams;

/// <summary>What a reset asks of brokers, with calls that librdkafka 2.0.2 has too. A consumer of the group that never joins it commits for it.</summary>
internal sealed class ResetClients : IDisposable
{
    private readonly ResetOptions _options;
    private readonly IConsumer<Ignore, Ignore> _consumer;
    private readonly IAdminClient _admin;

    public ResetClients(ResetOptions options)
    {
        _options = options;
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["client.id"] = options.ApplicationId + "-reset",
            ["group.id"] = options.ApplicationId,
            ["enable.auto.commit"] = "false",
            ["isolation.level"] = "read_uncommitted",
            ["bootstrap.servers"] = options.BootstrapServers,
        };
        foreach (var (name, value) in options.Client)
            settings[name] = value;
        _consumer = new ConsumerBuilder<Ignore, Ignore>(settings)
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build();
        _admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
    }

    /// <summary>All topics with their partition counts.</summary>
    public IReadOnlyDictionary<string, int> Topics() => _admin.PartitionCounts(_options.Timeout);

    /// <summary>The members of the group; none where there is no such group.</summary>
    public IReadOnlyList<ResetMember> Members() =>
        _admin.ListGroup(_options.ApplicationId, _options.Timeout) is { } group
            ? [.. group.Members.Select(static m => new ResetMember(m.ClientId, m.ClientHost)).OrderBy(static m => m.ClientId, StringComparer.Ordinal)]
            : [];

    /// <summary>The offsets that the group has committed, of those partitions.</summary>
    public IReadOnlyDictionary<TopicPartition, long> Committed(IEnumerable<TopicPartition> partitions) => _consumer
        .Committed(partitions.Select(static p => p.ToConfluent()), _options.Timeout)
        .Where(static o => !o.Offset.IsSpecial)
        .ToDictionary(static o => new TopicPartition(o.Topic, o.Partition.Value), static o => o.Offset.Value);

    public (long Beginning, long End) Bounds(TopicPartition partition)
    {
        var bounds = _consumer.QueryWatermarkOffsets(partition.ToConfluent(), _options.Timeout);
        return (bounds.Low.Value, bounds.High.Value);
    }

    /// <summary>The offset of the first record at that time or later; null where there is none.</summary>
    public long? OffsetAt(TopicPartition partition, DateTimeOffset time)
    {
        var asked = new TopicPartitionTimestamp(partition.ToConfluent(), new Timestamp(time.UtcDateTime));
        var found = _consumer.OffsetsForTimes([asked], _options.Timeout).Single().Offset;
        return found.IsSpecial ? null : found.Value;
    }

    public void Commit(IReadOnlyDictionary<TopicPartition, long> offsets) =>
        _consumer.Commit(offsets.Select(static o => new TopicPartitionOffset(o.Key.ToConfluent(), o.Value)));

    /// <summary>Deletes committed offsets.</summary>
    public Task ForgetAsync(IEnumerable<TopicPartition> partitions) => _admin.DeleteConsumerGroupOffsetsAsync(
        _options.ApplicationId,
        partitions.Select(static p => p.ToConfluent()),
        new DeleteConsumerGroupOffsetsOptions { RequestTimeout = _options.Timeout });

    public Task DeleteAsync(IEnumerable<string> topics) => _admin.DeleteTopicsAsync(
        topics, new DeleteTopicsOptions { RequestTimeout = _options.Timeout, OperationTimeout = _options.Timeout });

    public void Dispose()
    {
        _admin.Dispose();
        _consumer.Dispose();
    }
}

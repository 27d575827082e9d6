using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace MedStreams.Streams.Kafka;

/// <summary>
/// The admin client over Confluent.Kafka, with calls that librdkafka 2.0.2 has too. It is a consumer that never joins nor reads, since
/// only consumers ask for watermarks.
/// </summary>
internal sealed class ConfluentAdmin : IStreamAdmin
{
    private readonly IConsumer<Ignore, Ignore> _consumer;
    private readonly IAdminClient _admin;

    public ConfluentAdmin(IReadOnlyDictionary<string, string> settings)
    {
        _consumer = new ConsumerBuilder<Ignore, Ignore>(settings)
            .SetLogHandler(static (_, _) => { })
            .SetErrorHandler(static (_, _) => { })
            .Build();
        _admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
    }

    public IReadOnlyDictionary<string, int> PartitionCounts(TimeSpan timeout) => _admin.PartitionCounts(timeout);

    public IReadOnlyDictionary<string, int>? TryPartitionCounts(TimeSpan timeout) =>
        OrNull(() => _admin.PartitionCounts(timeout));

    public (long Beginning, long End)? TryBounds(TopicPartition partition, TimeSpan timeout) =>
        OrNull(() => _consumer.QueryWatermarkOffsets(partition.ToConfluent(), timeout)) is { } bounds
            ? (bounds.Low.Value, bounds.High.Value)
            : null;

    public long? TryOffsetAt(TopicPartition partition, long timestamp, long otherwise, TimeSpan timeout)
    {
        var asked = new TopicPartitionTimestamp(partition.ToConfluent(), new Timestamp(timestamp, TimestampType.CreateTime));
        if (OrNull(() => _consumer.OffsetsForTimes([asked], timeout)) is not { } found)
            return null;
        return found[0].Offset.IsSpecial ? otherwise : found[0].Offset.Value;
    }

    public IReadOnlyList<(string MemberId, string ClientId, string Host)>? TryMembers(string groupId, TimeSpan timeout) =>
        OrNull(() => _admin.ListGroup(groupId, timeout)) is { State: "Stable" } group
            ? [.. group.Members.Select(m => (m.MemberId, m.ClientId, m.ClientHost))]
            : null;

    public async Task CreateTopicsAsync(IReadOnlyCollection<NewTopic> topics)
    {
        try
        {
            await _admin.CreateTopicsAsync(topics.Select(t => new TopicSpecification
            {
                Name = t.Name,
                NumPartitions = t.Partitions,
                ReplicationFactor = t.ReplicationFactor,
                Configs = t.Config.ToDictionary(StringComparer.Ordinal),
            }));
        }
        catch (CreateTopicsException e) when (e.Results.TrueForAll(
            r => r.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // Another instance was quicker: what exists is checked by whoever asked.
        }
        catch (CreateTopicsException e)
        {
            var refused = e.Results.First(r => r.Error.Code is not (ErrorCode.NoError or ErrorCode.TopicAlreadyExists));
            throw new StreamsException($"The topic {refused.Topic} could not be made: {refused.Error.Code}.", e);
        }
    }

    public void Dispose()
    {
        _admin.Dispose();
        _consumer.Dispose();
    }

    /// <summary>The answer of a call that the caller repeats; null for an error that may pass.</summary>
    private static T? OrNull<T>(Func<T> call)
        where T : class
    {
        try
        {
            return call();
        }
        catch (KafkaException e) when (!e.Error.IsFatal)
        {
            return null;
        }
    }
}

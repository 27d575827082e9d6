using System.Text;
using Confluent.Kafka;

namespace MedStreams.Sources.Mllp;

/// <summary>Reads from the end of the inbound topic which messages were taken lately: the topic itself is the memory.</summary>
internal static class RecentMessagesReader
{
    /// <summary>Reads all that is committed and not older than the window.</summary>
    /// <exception cref="KafkaException">No broker answers in time.</exception>
    public static void Read(MllpSourceOptions options, RecentMessages recent, CancellationToken cancellation)
    {
        var config = new ConsumerConfig(new Dictionary<string, string>(options.Kafka, StringComparer.Ordinal))
        {
            GroupId = $"mllp-source-{options.InstanceId}",
            EnableAutoCommit = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
            EnablePartitionEof = true,
            AllowAutoCreateTopics = false,
        };
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();
        var from = Partitions(options, consumer);
        if (from.Count == 0)
            return;
        consumer.Assign(from);
        var open = from.Select(p => p.TopicPartition).ToHashSet();
        while (open.Count > 0)
        {
            var result = consumer.Consume(cancellation);
            if (result.IsPartitionEOF)
                open.Remove(result.TopicPartition);
            else if (Text(result, MllpHeaders.Sender) is { } sender && Text(result, MllpHeaders.ControlId) is { } controlId
                     && Text(result, MllpHeaders.Digest) is { } digest)
                recent.Remember(new(sender, controlId), digest, DateTimeOffset.FromUnixTimeMilliseconds(result.Message.Timestamp.UnixTimestampMs));
        }
    }

    /// <summary>Where the window, or the last so many records, begin.</summary>
    private static List<TopicPartitionOffset> Partitions(MllpSourceOptions options, IConsumer<byte[]?, byte[]?> consumer)
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var topic = admin.GetMetadata(options.Topic, options.StartTimeout).Topics.Single();
        if (topic.Error.Code is ErrorCode.UnknownTopicOrPart)
            return [];
        if (topic.Error.IsError)
            throw new KafkaException(topic.Error);
        var since = new Timestamp(options.TimeProvider.GetUtcNow() - options.DuplicateWindow);
        var starts = consumer.OffsetsForTimes(
            topic.Partitions.Select(p => new TopicPartitionTimestamp(options.Topic, p.PartitionId, since)), options.StartTimeout);
        return [.. starts.Select(start =>
        {
            var range = consumer.QueryWatermarkOffsets(start.TopicPartition, options.StartTimeout);
            var begin = start.Offset.IsSpecial ? range.High.Value : start.Offset.Value;
            return new TopicPartitionOffset(
                start.TopicPartition, Math.Max(Math.Max(begin, range.Low.Value), range.High.Value - options.DuplicateLimit));
        })];
    }

    private static string? Text(ConsumeResult<byte[]?, byte[]?> record, string header) =>
        record.Message.Headers.TryGetLastBytes(header, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;
}

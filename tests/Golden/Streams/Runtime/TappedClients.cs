using MedStreams.Streams;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;

namespace MedStreams.Golden.Tests.Streams.Runtime;

/// <summary>
/// The engine's real clients for one of many runs on one broker: topics and the group carry the run's name there, and the tap is told
/// what happens. Records are handed out one at a time, so that each is committed before the next, as under the test driver.
/// </summary>
internal sealed class TappedClients(string run, StreamsConfig config, RunTap tap) : IKafkaClients
{
    private readonly ConfluentClients _clients = new(config with { ApplicationId = $"{run}.{config.ApplicationId}" });
    private readonly TopicNames _names = new(run);

    public IStreamConsumer CreateConsumer(string clientId, string? groupInstanceId, bool tellsEndsSoon) =>
        new TappedConsumer(_clients.CreateConsumer(clientId, groupInstanceId, tellsEndsSoon), _names, tap);

    public IRestoreConsumer CreateRestoreConsumer(string clientId) =>
        new TappedReader(_clients.CreateRestoreConsumer(clientId), _names, null);

    public IRestoreConsumer CreateGlobalConsumer(string clientId) =>
        new TappedReader(_clients.CreateGlobalConsumer(clientId), _names, tap);

    public IStreamProducer CreateProducer(string clientId, string? transactionalId, TimeSpan? deliveryTimeout = null) =>
        new TappedProducer(_clients.CreateProducer(clientId, transactionalId, deliveryTimeout), _names, tap);

    public IStreamAdmin CreateAdmin(string clientId) => new Admin(_clients.CreateAdmin(clientId), _names);

    private sealed class Admin(IStreamAdmin admin, TopicNames names) : IStreamAdmin
    {
        public IReadOnlyDictionary<string, int> PartitionCounts(TimeSpan timeout) => names.FromBroker(admin.PartitionCounts(timeout));

        public IReadOnlyDictionary<string, int>? TryPartitionCounts(TimeSpan timeout) =>
            admin.TryPartitionCounts(timeout) is { } counts ? names.FromBroker(counts) : null;

        public (long Beginning, long End)? TryBounds(TopicPartition partition, TimeSpan timeout) =>
            admin.TryBounds(names.ToBroker(partition), timeout);

        public long? TryOffsetAt(TopicPartition partition, long timestamp, long otherwise, TimeSpan timeout) =>
            admin.TryOffsetAt(names.ToBroker(partition), timestamp, otherwise, timeout);

        public IReadOnlyList<(string MemberId, string ClientId, string Host)>? TryMembers(string groupId, TimeSpan timeout) =>
            admin.TryMembers(names.ToBroker(groupId), timeout);

        public Task CreateTopicsAsync(IReadOnlyCollection<NewTopic> topics) =>
            admin.CreateTopicsAsync([.. topics.Select(t => t with { Name = names.ToBroker(t.Name) })]);

        public void Dispose() => admin.Dispose();
    }
}

/// <summary>Names of topics as the topology and as the broker know them. Safe for use by several threads.</summary>
internal sealed class TopicNames(string run)
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    public string ToBroker(string topic) => $"{run}.{topic}";

    public TopicPartition ToBroker(TopicPartition partition) => partition with { Topic = ToBroker(partition.Topic) };

    /// <summary>The same object for the same name, as the engine expects it.</summary>
    public string FromBroker(string topic) => _known.GetOrAdd(topic, static (t, run) => t[(run.Length + 1)..], run);

    public TopicPartition FromBroker(TopicPartition partition) => partition with { Topic = FromBroker(partition.Topic) };

    public IReadOnlyDictionary<string, int> FromBroker(IReadOnlyDictionary<string, int> counts) =>
        counts.Where(c => c.Key.StartsWith($"{run}.", StringComparison.Ordinal))
            .ToDictionary(c => FromBroker(c.Key), c => c.Value, StringComparer.Ordinal);

    public RawRecord FromBroker(in RawRecord record) => new()
    {
        Key = record.Key,
        HasKey = record.HasKey,
        Value = record.Value,
        HasValue = record.HasValue,
        Timestamp = record.Timestamp,
        Headers = record.Headers,
        Metadata = record.Metadata with { Topic = FromBroker(record.Metadata.Topic) },
    };
}

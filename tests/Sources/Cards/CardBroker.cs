using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Broker;
using MedStreams.Sources.Cards;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Sources.Tests.Cards;

/// <summary>A broker for feeds of cards, and plain looks into its topics.</summary>
public sealed class CardBroker : IAsyncLifetime
{
    public const int Partitions = 3;
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-cards-").FullName;
    private EmbeddedBroker? _broker;
    private int _names;

    public IReadOnlyDictionary<string, string> Kafka => new Dictionary<string, string>(StringComparer.Ordinal) { ["bootstrap.servers"] = _broker!.BootstrapServers };

    public async ValueTask InitializeAsync()
    {
        _broker = new EmbeddedBroker(new BrokerOptions { DataDirectory = _folder, Port = 0, InitialRebalanceDelay = TimeSpan.FromMilliseconds(20) });
        await _broker.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _broker!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Topics of a test of its own.</summary>
    internal async Task<CardTopics> TopicsAsync()
    {
        var name = $"cards{Interlocked.Increment(ref _names)}";
        using var admin = new AdminClientBuilder(new AdminClientConfig(new Dictionary<string, string>(Kafka))).Build();
        await admin.CreateTopicsAsync(new[] { name, $"{name}.dead-letter", $"{name}.input" }.Select(t => new TopicSpecification { Name = t, NumPartitions = Partitions, ReplicationFactor = 1 }));
        return new CardTopics(name, this);
    }
}

/// <summary>The topics of a test.</summary>
internal sealed class CardTopics(string name, CardBroker broker)
{
    public string Input => $"{name}.input";

    public CardFeedOptions Options => new() { Kafka = broker.Kafka, Topic = name, DeadLetterTopic = $"{name}.dead-letter", Source = "cards", Group = $"{name}-feed" };

    /// <summary>Feeds until something holds.</summary>
    public Task FeedAsync(ICardSource source, Func<bool> until, CardFeedOptions? options = null) => FeedAsync(source, () => Task.FromResult(until()), options);

    /// <inheritdoc cref="FeedAsync(ICardSource, Func{bool}, CardFeedOptions?)"/>
    public async Task FeedAsync(ICardSource source, Func<Task<bool>> until, CardFeedOptions? options = null)
    {
        using var stop = new CancellationTokenSource();
        var feed = StartAsync(source, stop.Token, options);
        try
        {
            await Eventually.Holds(async () => feed.IsFaulted || await until());
        }
        finally
        {
            await stop.CancelAsync();
        }

        await feed;
    }

    public Task StartAsync(ICardSource source, CancellationToken stop, CardFeedOptions? options = null) =>
        new CardFeed(options ?? Options, source, new PlainForm(), NullLogger<CardFeed>.Instance).RunAsync(stop);

    /// <summary>All committed records, by partition and in their order.</summary>
    public IReadOnlyList<ConsumeResult<string, string?>> Records(string? topic = null)
    {
        using var consumer = new ConsumerBuilder<string, string?>(new ConsumerConfig(new Dictionary<string, string>(broker.Kafka))
        {
            GroupId = "looks",
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
            FetchWaitMaxMs = 10, // an end is told by an empty answer only
        }).SetValueDeserializer(new Text()).Build();
        consumer.Assign(Enumerable.Range(0, CardBroker.Partitions).Select(p => new TopicPartitionOffset(topic ?? name, p, Offset.Beginning)));
        var (found, open) = (new List<ConsumeResult<string, string?>>(), CardBroker.Partitions);
        while (open > 0)
        {
            var record = consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException("The broker sends nothing.");
            if (record.IsPartitionEOF)
                open--;
            else
                found.Add(record);
        }

        return found;
    }

    /// <summary>What the topic says now, without markers.</summary>
    public SortedDictionary<string, string> Cards()
    {
        var now = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var record in Records().Where(r => r.Message.Key[0] != '/'))
        {
            now.Remove(record.Message.Key);
            if (record.Message.Value is { } value)
                now[record.Message.Key] = value;
        }

        return now;
    }

    /// <summary>Records of cards so far, markers left out.</summary>
    public int Written => Records().Count(r => r.Message.Key[0] != '/');

    /// <summary>Markers so far.</summary>
    public int Markers => Records().Count(r => r.Message.Key[0] == '/');

    public IReadOnlyList<(string Place, string Reason, string Content)> Rejected() =>
        [.. Records($"{name}.dead-letter").Select(r => (Header(r, "place"), Header(r, "reason"), r.Message.Value!)).Order()];

    public async Task SendAsync(params (string Key, string? Value)[] records)
    {
        using var producer = new ProducerBuilder<string, string?>(new ProducerConfig(new Dictionary<string, string>(broker.Kafka))).SetValueSerializer(new Text()).Build();
        foreach (var (key, value) in records)
            await producer.ProduceAsync(Input, new Message<string, string?> { Key = key, Value = value });
    }

    private static string Header(ConsumeResult<string, string?> record, string header) => Encoding.UTF8.GetString(record.Message.Headers.GetLastBytes(header));

    private sealed class Text : IDeserializer<string?>, ISerializer<string?>
    {
        public string? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? null : Encoding.Latin1.GetString(data);

        public byte[]? Serialize(string? data, SerializationContext context) => data is null ? null : Encoding.UTF8.GetBytes(data);
    }

    private sealed class PlainForm : ICardForm
    {
        public string Key(string enterprise, string number) => $"{enterprise}/{number}";

        public byte[] Value(CardRow card) => Encoding.UTF8.GetBytes($"{card.Operator} {card.Due:yyyy-MM-dd}{string.Concat(card.Fields.Select(f => $" {f.Key}={f.Value}"))}");

        public string MarkerKey(string source) => $"/{source}";

        public byte[] Marker(string source, long snapshot, int partitions, DateTimeOffset at) => Encoding.UTF8.GetBytes($"{snapshot}");
    }
}

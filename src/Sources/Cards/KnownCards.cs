using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;

namespace MedStreams.Sources.Cards;

/// <summary>
/// What a source has told, read back from the topic of cards: the topic itself is the memory. Of each card a digest of what was written last, and of the source how far it was read.
/// Not thread-safe.
/// </summary>
internal sealed class KnownCards(CardFeedOptions options, ICardForm form)
{
    /// <summary>The header with the source's name.</summary>
    public const string SourceHeader = "card-source";

    /// <summary>The header with <see cref="CardRow.Origin"/>.</summary>
    public const string OriginHeader = "card-origin";

    /// <summary>The header of a marker with the source's position.</summary>
    public const string PositionHeader = "card-position";

    /// <summary>The header of a marker with the digest of what was rejected.</summary>
    public const string RejectedHeader = "card-rejected";

    private readonly Dictionary<string, (byte[] Digest, string? Origin)> _cards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byOrigin = new(StringComparer.Ordinal);

    /// <summary>Partitions of the topic.</summary>
    public int Partitions { get; private set; }

    /// <summary>How far the source was read; null: not at all.</summary>
    public string? Position { get; private set; }

    /// <summary>The digest of what was rejected then.</summary>
    public string? Rejected { get; private set; }

    /// <summary>How many cards there are.</summary>
    public int Count => _cards.Count;

    /// <summary>Their keys.</summary>
    public IReadOnlyCollection<string> Keys => _cards.Keys;

    /// <summary>Reads the topic to its end; all transactions of earlier writers must be over.</summary>
    /// <exception cref="KafkaException">No broker answers, or there is no such topic.</exception>
    public void ReadBack(CancellationToken stop)
    {
        using var consumer = new ConsumerBuilder<string?, byte[]?>(new ConsumerConfig(new Dictionary<string, string>(options.Kafka, StringComparer.Ordinal))
        {
            GroupId = options.Group, // demanded by the client; not joined by this one
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AllowAutoCreateTopics = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
            FetchWaitMaxMs = 20, // librdkafka tells an end by an empty answer only
        }).SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        var topic = admin.GetMetadata(options.Topic, options.Patience).Topics.Single();
        if (topic.Error.IsError)
            throw new KafkaException(topic.Error);
        Partitions = topic.Partitions.Count;
        var open = topic.Partitions.Select(p => p.PartitionId).ToHashSet();
        consumer.Assign(topic.Partitions.Select(p => new TopicPartitionOffset(options.Topic, p.PartitionId, Offset.Beginning)));
        while (open.Count > 0)
        {
            var record = consumer.Consume(stop);
            if (record.IsPartitionEOF)
                open.Remove(record.Partition.Value);
            else if (record.Message.Key is { } key)
                Take(key, record.Message);
        }
    }

    /// <summary>Whether exactly this was written last.</summary>
    public bool Has(string key, byte[] value, string? origin) =>
        _cards.TryGetValue(key, out var known) && known.Origin == origin && known.Digest.AsSpan().SequenceEqual(SHA256.HashData(value));

    /// <summary>The card that came from a record.</summary>
    public string? OfOrigin(string origin) => _byOrigin.GetValueOrDefault(origin);

    /// <summary>It was written.</summary>
    public void Put(string key, byte[] value, string? origin)
    {
        Remove(key);
        _cards[key] = (SHA256.HashData(value), origin);
        if (origin is not null)
            _byOrigin[origin] = key;
    }

    /// <summary>A tombstone was written.</summary>
    public void Remove(string key)
    {
        if (_cards.Remove(key, out var known) && known.Origin is { } origin && _byOrigin.GetValueOrDefault(origin) == key)
            _byOrigin.Remove(origin);
    }

    /// <summary>A marker was written.</summary>
    public void Mark(string? position, string? rejected) => (Position, Rejected) = (position, rejected);

    private void Take(string key, Message<string?, byte[]?> message)
    {
        if (key == form.MarkerKey(options.Source))
            Mark(Text(message, PositionHeader), Text(message, RejectedHeader));
        else if (message.Value is null || Text(message, SourceHeader) != options.Source)
            Remove(key); // gone, or another source's now
        else
            Put(key, message.Value, Text(message, OriginHeader));
    }

    private static string? Text(Message<string?, byte[]?> message, string header) =>
        message.Headers.TryGetLastBytes(header, out var bytes) ? Encoding.UTF8.GetString(bytes) : null;
}

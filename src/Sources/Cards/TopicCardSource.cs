using System.Globalization;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;

namespace MedStreams.Sources.Cards;

/// <summary>
/// Cards in a topic of JSON, of which the last record of a key counts and one without a value says that the card is gone. It is read from the beginning when it was never read, or when the
/// topic has not any more what comes next; from then on only what is new. The position is that of each partition.
/// </summary>
/// <param name="kafka">How brokers are reached, by librdkafka's names.</param>
/// <param name="topic">The topic.</param>
/// <param name="columns">Which paths into the JSON hold what, with dots; <c>@key</c> is the record's key.</param>
public sealed class TopicCardSource(IReadOnlyDictionary<string, string> kafka, string topic, CardColumns columns) : ICardSource
{
    private const string KeyColumn = "@key";
    private const int LargestBatch = 10_000;
    private const int SlicesOfWait = 100;
    private static readonly TimeSpan Slice = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private IConsumer<string?, byte[]?>? _consumer;
    private string? _position;
    private Dictionary<int, long> _next = [];
    private bool _isWhole;
    private ConsumeResult<string?, byte[]?>? _waiting;

    /// <inheritdoc/>
    public Task<CardBatch?> ReadAsync(string? position, CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            try
            {
                if (_consumer is null || position != _position)
                    Open(position);
                return Read(cancellationToken);
            }
            catch (KafkaException e)
            {
                Close();
                throw new CardSourceException($"The topic of cards cannot be read ({e.Error.Code}); nothing is changed.", e);
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public Task WaitAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            for (var i = 0; i < SlicesOfWait && _waiting is null; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (_consumer is null)
                    cancellationToken.WaitHandle.WaitOne(Slice);
                else if (_consumer.Consume(Slice) is { IsPartitionEOF: false } record)
                    _waiting = record;
            }
        },
        cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Close();
        return ValueTask.CompletedTask;
    }

    private void Open(string? position)
    {
        Close();
        _consumer = new ConsumerBuilder<string?, byte[]?>(new ConsumerConfig(new Dictionary<string, string>(kafka, StringComparer.Ordinal))
        {
            GroupId = "medstreams-cards", // demanded by the client; never joined
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AllowAutoCreateTopics = false,
            AutoOffsetReset = AutoOffsetReset.Error,
            IsolationLevel = IsolationLevel.ReadCommitted,
            FetchWaitMaxMs = 100, // an end is told by an empty answer only
        }).SetKeyDeserializer(new KeyText()).SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();
        using var admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
        var found = admin.GetMetadata(topic, Patience).Topics.Single();
        if (found.Error.IsError)
            throw new KafkaException(found.Error);
        var ranges = found.Partitions.ToDictionary(p => p.PartitionId, p => _consumer.QueryWatermarkOffsets(new(topic, p.PartitionId), Patience));
        var known = Parse(position);
        _isWhole = ranges.Any(r => !(known.TryGetValue(r.Key, out var next) && next >= r.Value.Low.Value && next <= r.Value.High.Value));
        _next = ranges.ToDictionary(r => r.Key, r => _isWhole ? r.Value.Low.Value : known[r.Key]);
        _position = position;
        _consumer.Assign(_next.Select(n => new TopicPartitionOffset(topic, n.Key, n.Value)));
    }

    private CardBatch? Read(CancellationToken cancellationToken)
    {
        var (latest, open) = (new Dictionary<string, ConsumeResult<string?, byte[]?>>(StringComparer.Ordinal), _next.Keys.ToHashSet());
        var isComplete = true;
        while (_isWhole ? open.Count > 0 : isComplete)
        {
            if (Next(cancellationToken) is not { } record)
            {
                if (_isWhole)
                    continue;
                break;
            }

            if (record.IsPartitionEOF)
            {
                open.Remove(record.Partition.Value);
                continue;
            }

            _next[record.Partition.Value] = record.Offset.Value + 1;
            latest[record.Message.Key ?? Place(record)] = record;
            isComplete = _isWhole || latest.Count < LargestBatch;
        }

        var position = string.Join(',', _next.OrderBy(n => n.Key).Select(n => string.Create(CultureInfo.InvariantCulture, $"{n.Key}:{n.Value}")));
        if (latest.Count == 0 && !_isWhole)
            return null;
        var batch = Batch(latest) with { IsWhole = _isWhole, IsComplete = isComplete, Position = position };
        (_position, _isWhole) = (position, false);
        return batch;
    }

    private ConsumeResult<string?, byte[]?>? Next(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var next = _waiting ?? _consumer!.Consume(Slice);
        _waiting = null;
        return next;
    }

    private CardBatch Batch(Dictionary<string, ConsumeResult<string?, byte[]?>> latest)
    {
        var (cards, seen, gone, rejected) = (new List<CardRow>(), new Dictionary<(string, string), string>(), new List<string>(), new List<RejectedRow>());
        foreach (var (origin, record) in latest.OrderBy(l => l.Value.Message.Timestamp.UnixTimestampMs).ThenBy(l => l.Value.Offset.Value))
        {
            if (record.Message.Value is not { } value)
            {
                gone.Add(origin);
                continue;
            }

            using var document = Parse(value);
            (string, string)? identity = null;
            var fault = "it is no JSON";
            var card = document is null ? null : columns.Read(column => Cell(document.RootElement, record, column), out fault, out identity);
            if (card is not null && !seen.TryAdd((card.Enterprise, card.Number), origin))
                (card, fault) = (null, "another record has the same card");
            if (card is not null)
                cards.Add(card with { Origin = origin });
            else
                rejected.Add(new RejectedRow(Place(record), fault!, value) { Card = identity });
        }

        return new CardBatch(cards) { GoneOrigins = gone, Rejected = rejected };
    }

    private static string? Cell(JsonElement at, ConsumeResult<string?, byte[]?> record, string column)
    {
        if (column == KeyColumn)
            return record.Message.Key;
        foreach (var step in column.Split('.'))
        {
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(step, out at))
                return null;
        }

        return at.ValueKind switch
        {
            JsonValueKind.String => at.GetString(),
            JsonValueKind.Null or JsonValueKind.Object or JsonValueKind.Array => null,
            _ => at.GetRawText(),
        };
    }

    private static JsonDocument? Parse(byte[] value)
    {
        try
        {
            return JsonDocument.Parse(value);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Dictionary<int, long> Parse(string? position)
    {
        var known = new Dictionary<int, long>();
        foreach (var part in position?.Split(',') ?? [])
        {
            var ends = part.Split(':');
            if (ends.Length == 2 && int.TryParse(ends[0], CultureInfo.InvariantCulture, out var partition) && long.TryParse(ends[1], CultureInfo.InvariantCulture, out var next))
                known[partition] = next;
        }

        return known;
    }

    private static string Place(ConsumeResult<string?, byte[]?> record) =>
        string.Create(CultureInfo.InvariantCulture, $"partition {record.Partition.Value}, offset {record.Offset.Value}");

    private void Close()
    {
        _consumer?.Dispose();
        (_consumer, _waiting) = (null, null);
    }

    private sealed class KeyText : IDeserializer<string?>
    {
        public string? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => isNull ? null : Encoding.UTF8.GetString(data);
    }
}

using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace MedStreams.Sources.Cards;

/// <summary>
/// Writes what has changed, in transactions; the source's position goes with the last of them. It has fenced whoever wrote before, and is itself of no more use after an error: what it did not
/// commit is found by the next one. Not thread-safe.
/// </summary>
internal sealed class CardWriter : IDisposable
{
    private const int Many = 5_000;
    private const int FewCards = 20;
    private readonly CardFeedOptions _options;
    private readonly ICardForm _form;
    private readonly ILogger _logger;
    private readonly IProducer<string, byte[]?> _producer;
    private int _inTransaction;
    private long _snapshot;

    private CardWriter(CardFeedOptions options, ICardForm form, ILogger logger)
    {
        (_options, _form, _logger, Known) = (options, form, logger, new KnownCards(options, form));
        _producer = new ProducerBuilder<string, byte[]?>(new ProducerConfig(new Dictionary<string, string>(options.Kafka, StringComparer.Ordinal))
        {
            TransactionalId = options.Group,
            Partitioner = Partitioner.Murmur2Random, // as Kafka's own clients
            LingerMs = 5,
        }).SetLogHandler((_, message) => CardLog.Client(logger, message.Level, message.Message)).SetErrorHandler(static (_, _) => { }).Build();
    }

    /// <summary>What was told so far.</summary>
    public KnownCards Known { get; }

    /// <summary>Fences whoever wrote before, and reads back what was written.</summary>
    /// <exception cref="KafkaException">No broker answers, or it refuses.</exception>
    public static CardWriter Open(CardFeedOptions options, ICardForm form, ILogger logger, CancellationToken stop)
    {
        var writer = new CardWriter(options, form, logger);
        try
        {
            writer._producer.InitTransactions(options.Patience);
            writer.Known.ReadBack(stop);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Writes what a batch changes, and a marker.</summary>
    /// <exception cref="KafkaException">It could not; the writer is of no more use.</exception>
    /// <exception cref="CardSourceException">Too much would go; nothing was written.</exception>
    public void Write(CardBatch batch)
    {
        var removed = Removed(batch);
        var changed = batch.Cards.Select(c => (Key: _form.Key(c.Enterprise, c.Number), Card: c, Value: _form.Value(c)))
            .Where(c => !Known.Has(c.Key, c.Value, c.Card.Origin)).ToList();
        var rejected = batch.Rejected.Count == 0 ? null : Digest(batch.Rejected);
        Begin();
        foreach (var (key, card, value) in changed)
        {
            // A record that tells of another card now has left the one before without any.
            if (card.Origin is { } origin && Known.OfOrigin(origin) is { } before && before != key && !removed.Contains(before))
                Remove(before);
            Put(key, value, card.Origin);
        }

        foreach (var key in removed)
            Remove(key);
        if (rejected is not null && rejected != Known.Rejected)
        {
            foreach (var row in batch.Rejected)
                Reject(row);
        }

        Mark(batch.IsComplete, batch.Position, rejected);
        if (changed.Count + removed.Count + batch.Rejected.Count > 0)
            CardLog.Written(_logger, _options.Source, changed.Count, removed.Count, batch.Rejected.Count);
    }

    /// <summary>Says once more that the source was read.</summary>
    /// <exception cref="KafkaException">It could not; the writer is of no more use.</exception>
    public void Repeat()
    {
        Begin();
        Mark(isComplete: true, Known.Position, Known.Rejected);
    }

    /// <inheritdoc/>
    public void Dispose() => _producer.Dispose();

    private HashSet<string> Removed(CardBatch batch)
    {
        var told = batch.Cards.Select(c => _form.Key(c.Enterprise, c.Number)).ToHashSet(StringComparer.Ordinal);
        if (!batch.IsWhole)
            return batch.GoneOrigins.Select(Known.OfOrigin).OfType<string>().Where(k => !told.Contains(k)).ToHashSet(StringComparer.Ordinal);
        var unknown = batch.Rejected.Count(r => r.Card is null);
        if (unknown > 0)
        {
            CardLog.Unidentified(_logger, _options.Source, unknown);
            return [];
        }

        told.UnionWith(batch.Rejected.Select(r => _form.Key(r.Card!.Value.Enterprise, r.Card.Value.Number)));
        var removed = Known.Keys.Where(k => !told.Contains(k)).ToHashSet(StringComparer.Ordinal);
        return Known.Count < FewCards || removed.Count <= _options.MostRemoved * Known.Count
            ? removed
            : throw new CardSourceException(
                $"{removed.Count} of {Known.Count} cards would go at once, more than Sync:Cards:MostRemoved allows; nothing is changed. Raise it for this once where that is right");
    }

    private void Put(string key, byte[] value, string? origin)
    {
        Produce(_options.Topic, key, value, (KnownCards.OriginHeader, origin));
        Known.Put(key, value, origin);
    }

    private void Remove(string key)
    {
        Produce(_options.Topic, key, value: null);
        Known.Remove(key);
    }

    private void Reject(RejectedRow row) =>
        Produce(_options.DeadLetterTopic, row.Place, row.Content.ToArray(), ("place", row.Place), ("reason", row.Reason));

    private void Produce(string topic, string key, byte[]? value, params ReadOnlySpan<(string Name, string? Value)> headers)
    {
        if (_inTransaction == Many)
        {
            Commit();
            Begin();
        }

        var message = new Message<string, byte[]?> { Key = key, Value = value, Headers = [new Header(KnownCards.SourceHeader, Encoding.UTF8.GetBytes(_options.Source))] };
        foreach (var (name, text) in headers)
        {
            if (text is not null)
                message.Headers.Add(name, Encoding.UTF8.GetBytes(text));
        }

        _producer.Produce(topic, message);
        _inTransaction++;
    }

    private void Begin()
    {
        _producer.BeginTransaction();
        _inTransaction = 0;
    }

    private void Commit()
    {
        while (true)
        {
            try
            {
                _producer.CommitTransaction(_options.Patience);
                return;
            }
            catch (KafkaRetriableException)
            {
                // Whether it is committed is not known yet: to ask again is what makes it known.
            }
        }
    }

    /// <summary>Ends a batch: a marker behind the cards, in each partition, with the position that counts from now on.</summary>
    private void Mark(bool isComplete, string? position, string? rejected)
    {
        var now = _options.Clock.GetUtcNow();
        _snapshot = Math.Max(_snapshot + 1, now.ToUnixTimeMilliseconds());
        if (isComplete)
        {
            var value = _form.Marker(_options.Source, _snapshot, Known.Partitions, now);
            for (var partition = 0; partition < Known.Partitions; partition++)
            {
                var message = new Message<string, byte[]?> { Key = _form.MarkerKey(_options.Source), Value = value, Headers = [] };
                if (position is not null)
                    message.Headers.Add(KnownCards.PositionHeader, Encoding.UTF8.GetBytes(position));
                if (rejected is not null)
                    message.Headers.Add(KnownCards.RejectedHeader, Encoding.UTF8.GetBytes(rejected));
                _producer.Produce(new Confluent.Kafka.TopicPartition(_options.Topic, new Partition(partition)), message);
            }
        }

        Commit();
        Known.Mark(position, rejected);
    }

    private static string Digest(IReadOnlyList<RejectedRow> rejected)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var row in rejected)
        {
            hash.AppendData(Encoding.UTF8.GetBytes($"{row.Reason}\n"));
            hash.AppendData(row.Content.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

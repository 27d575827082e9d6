using System.Buffers;
using System.Globalization;
using System.Text;
using Confluent.Kafka;
using MedStreams.Topologies.Synchronisation;

namespace MedStreams.EndToEnd.Tests.Synchronisation;

/// <summary>Cards of many enterprises with two operators: most are due, some are not, and some get another validity date on the way.</summary>
internal sealed class CardDeck
{
    public static readonly DateOnly Due = new(2026, 1, 31);
    private static readonly DateOnly Later = new(2026, 2, 28);
    private static readonly DateOnly Far = new(2999, 12, 31);
    private readonly List<Card> _cards;
    private readonly Random _random;

    public CardDeck(int cards, int seed)
    {
        _random = new Random(seed);
        _cards =
        [
            .. Enumerable.Range(0, cards).Select(i => new Card(
                $"enterprise {i % Math.Max(1, cards / 50)}",
                i.ToString("D6", CultureInfo.InvariantCulture),
                _random.Next(4) == 0 ? "plain" : "keyed", // the one without idempotency keys is asked first after each doubt, which takes its time
                _random.Next(20) == 0 ? Far : Due)),
        ];
    }

    /// <summary>How many cards are due.</summary>
    public int Expected => _cards.Count(c => c.Due != Far);

    /// <summary>Dates that a card had and lost before anybody may have come to it: done once, or not.</summary>
    public HashSet<(string Enterprise, string Number, string Due)> Lost { get; } = [];

    /// <summary>What must be in the book in the end.</summary>
    public HashSet<(string Enterprise, string Number, string Due)> Final => [.. _cards.Where(c => c.Due != Far).Select(Entry)];

    /// <summary>Tells all cards, and that these are all.</summary>
    public void TellAll(IProducer<byte[], byte[]> producer, int partitions)
    {
        foreach (var card in _cards)
            Tell(producer, card.Key, new CardMessage(card));
        Mark(producer, partitions, 1);
    }

    /// <summary>Gives some due cards a later date that is due too.</summary>
    public void Prolong(IProducer<byte[], byte[]> producer, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var at = _random.Next(_cards.Count);
            if (_cards[at].Due != Due)
                continue;
            Lost.Add(Entry(_cards[at]));
            _cards[at] = _cards[at] with { Due = Later };
            Tell(producer, _cards[at].Key, new CardMessage(_cards[at]));
        }
    }

    private static void Mark(IProducer<byte[], byte[]> producer, int partitions, long snapshot)
    {
        var at = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        for (var partition = 0; partition < partitions; partition++)
        {
            producer.Produce(
                new TopicPartition("sync.cards", partition),
                Message(CardKey.OfMarker("cards"), new CardMessage(Marker: new SnapshotMarker("cards", snapshot, partitions, at))));
        }
    }

    private static void Tell(IProducer<byte[], byte[]> producer, CardKey key, CardMessage message) => producer.Produce("sync.cards", Message(key, message));

    private static Message<byte[], byte[]> Message(CardKey key, CardMessage message)
    {
        var value = new ArrayBufferWriter<byte>();
        CardSerdes.Message.Serialize(message, value, default);
        return new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(key.ToString()), Value = value.WrittenSpan.ToArray() };
    }

    private static (string Enterprise, string Number, string Due) Entry(Card card) =>
        (card.Enterprise, card.Number, card.Due.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
}

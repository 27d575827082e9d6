namespace MedStreams.Sources.Cards;

/// <summary>Collects the cards of a whole reading: of two with the same number the second one is rejected. Not thread-safe.</summary>
internal sealed class CardCollector(CardColumns columns)
{
    private readonly Dictionary<(string, string), string> _seen = [];
    private readonly List<CardRow> _cards = [];
    private readonly List<RejectedRow> _rejected = [];

    /// <summary>Takes a row.</summary>
    public void Take(string place, ReadOnlyMemory<byte> content, Func<string, string?> value)
    {
        var card = columns.Read(value, out var fault, out var identity);
        if (card is not null && !_seen.TryAdd((card.Enterprise, card.Number), place))
            fault = $"the same card stands in {_seen[(card.Enterprise, card.Number)]}";
        if (fault is null)
            _cards.Add(card!);
        else
            _rejected.Add(new RejectedRow(place, fault, content) { Card = identity });
    }

    /// <summary>Takes what is no row.</summary>
    public void Reject(string place, ReadOnlyMemory<byte> content, string reason) => _rejected.Add(new RejectedRow(place, reason, content));

    /// <summary>All of it.</summary>
    public CardBatch ToBatch(string? position) => new(_cards) { IsWhole = true, Rejected = _rejected, Position = position };
}

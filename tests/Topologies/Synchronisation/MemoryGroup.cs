using MedStreams.Topologies.Synchronisation;

namespace MedStreams.Topologies.Tests.Synchronisation;

/// <summary>The data of one group in memory.</summary>
internal sealed class MemoryGroup : IGroupData
{
    private readonly SortedDictionary<string, Card> _cards = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, TaskCard> _entries = new(StringComparer.Ordinal);

    public IEnumerable<Card> Cards => _cards.Values;

    public IEnumerable<TaskCard> Entries(string? behind = null) =>
        _entries.Where(e => behind is null || string.CompareOrdinal(e.Key, behind) > 0).Select(e => e.Value).ToList();

    public Card? Card(string number) => _cards.GetValueOrDefault(number);

    public TaskCard? Entry(string number) => _entries.GetValueOrDefault(number);

    public void Put(string number, TaskCard? entry)
    {
        if (entry is null)
            _entries.Remove(number);
        else
            _entries[number] = entry;
    }

    public void Tell(Card card) => _cards[card.Number] = card;

    public void Remove(string number) => _cards.Remove(number);
}

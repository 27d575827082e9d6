using MedStreams.Streams;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>The data of a group in the shard's stores, whose keys are those of cards. Lives for one word.</summary>
internal sealed class GroupData(string enterprise, IKeyValueStore<string, Card?> cards, IKeyValueStore<string, TaskCard?> entries) : IGroupData
{
    private static readonly char AfterSeparator = (char)('/' + 1);
    private readonly string _first = new CardKey(enterprise, "").ToString();

    public IEnumerable<Card> Cards => cards.Range(_first, _first[..^1] + AfterSeparator).Select(e => e.Value!);

    public IEnumerable<TaskCard> Entries(string? behind = null) =>
        entries.Range(behind is null ? _first : _first + behind + '\0', _first[..^1] + AfterSeparator).Select(e => e.Value!);

    public Card? Card(string number) => cards.Get(_first + number);

    public TaskCard? Entry(string number) => entries.Get(_first + number);

    public void Put(string number, TaskCard? entry) => entries.Put(_first + number, entry);

    /// <summary>Sets what the source says of a card.</summary>
    public void Put(string number, Card? card) => cards.Put(_first + number, card);
}

namespace MedStreams.Topologies.Synchronisation;

/// <summary>The data of one group: cards as their sources tell them, and the task data made of them.</summary>
internal interface IGroupData
{
    /// <summary>All cards, by number.</summary>
    IEnumerable<Card> Cards { get; }

    /// <summary>The entries of the task data with numbers behind that one, or all; in the order of the numbers.</summary>
    IEnumerable<TaskCard> Entries(string? behind = null);

    /// <summary>A card; null: there is none.</summary>
    Card? Card(string number);

    /// <summary>An entry of the task data; null: there is none.</summary>
    TaskCard? Entry(string number);

    /// <summary>Sets an entry, or removes it.</summary>
    void Put(string number, TaskCard? entry);
}

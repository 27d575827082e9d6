using System.Runtime.InteropServices;

namespace MedStreams.Topologies.Recommendations;

/// <summary>An item that a user has.</summary>
/// <param name="Item">The item's index.</param>
/// <param name="Value">The preference.</param>
internal readonly record struct ProfileEntry(int Item, double Value);

/// <summary>The preferences of a user, in the order of the items' ids: sums over them come out the same whatever order they came in.</summary>
/// <param name="hash">The hash of the user's id.</param>
internal sealed class Profile(ulong hash)
{
    private readonly List<ProfileEntry> _entries = [];

    public ulong Hash => hash;

    public int Count => _entries.Count;

    public ReadOnlySpan<ProfileEntry> Entries => CollectionsMarshal.AsSpan(_entries);

    public IEnumerable<double> Values => _entries.Select(e => e.Value);

    /// <summary>The preference for an item; null where there is none. For a few items a walk is faster than a search by id.</summary>
    public double? Find(int item)
    {
        foreach (var entry in Entries)
        {
            if (entry.Item == item)
                return entry.Value;
        }

        return null;
    }

    public void Set(int item, double value, IReadOnlyList<string> itemIds)
    {
        var place = Place(item, itemIds);
        if (place >= 0)
            _entries[place] = new(item, value);
        else
            _entries.Insert(~place, new(item, value));
    }

    public void Remove(int item, IReadOnlyList<string> itemIds) => _entries.RemoveAt(Place(item, itemIds));

    private int Place(int item, IReadOnlyList<string> itemIds)
    {
        var (low, high) = (0, _entries.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            var order = _entries[middle].Item == item ? 0 : IdOrder.Instance.Compare(itemIds[_entries[middle].Item], itemIds[item]);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }

        return ~low;
    }
}

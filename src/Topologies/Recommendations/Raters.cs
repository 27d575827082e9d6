using System.Runtime.InteropServices;

namespace MedStreams.Topologies.Recommendations;

/// <summary>A user who has an item.</summary>
/// <param name="Hash">The place of the user among those of this item, from both ids: by chance, but always the same.</param>
/// <param name="User">The user's index.</param>
/// <param name="Value">The preference.</param>
internal readonly record struct Rater(ulong Hash, int User, double Value);

/// <summary>
/// Who has an item. Of an item that very many have only those count for similarities whose hashes are smallest, so that a preference concerns no more than
/// so many users. Who they are follows from who has the item, whatever came and went before.
/// </summary>
/// <param name="limit">How many count at most.</param>
/// <param name="userIds">The id of a user's index.</param>
internal sealed class Raters(int limit, IReadOnlyList<string> userIds)
{
    private readonly List<Rater> _counted = [];
    private Dictionary<int, Rater>? _others;

    /// <summary>How many have the item.</summary>
    public int Count => _counted.Count + (_others?.Count ?? 0);

    /// <summary>Those who count, in the order of their hashes.</summary>
    public ReadOnlySpan<Rater> Counted => CollectionsMarshal.AsSpan(_counted);

    /// <summary>All who have the item, in no order.</summary>
    public IEnumerable<Rater> All => _others is null ? _counted : _counted.Concat(_others.Values);

    /// <summary>Whether a user counts.</summary>
    public bool Counts(ulong hash, int user) => Find(hash, user) >= 0;

    /// <summary>Sets a user's preference; answers the user who no longer counts for it, or -1.</summary>
    public int Set(Rater rater)
    {
        var place = Find(rater.Hash, rater.User);
        if (place >= 0)
        {
            _counted[place] = rater;
            return -1;
        }

        if (_counted.Count == limit && ~place == limit)
        {
            (_others ??= [])[rater.User] = rater;
            return -1;
        }

        _counted.Insert(~place, rater);
        if (_counted.Count <= limit)
            return -1;
        var last = _counted[^1];
        _counted.RemoveAt(_counted.Count - 1);
        (_others ??= [])[last.User] = last;
        return last.User;
    }

    /// <summary>Takes a user out who has the item; answers the user who counts instead, or -1.</summary>
    public int Remove(ulong hash, int user)
    {
        var place = Find(hash, user);
        if (place < 0)
        {
            _others?.Remove(user);
            return -1;
        }

        _counted.RemoveAt(place);
        if (_others is not { Count: > 0 })
            return -1;
        var next = default(Rater);
        var found = false;
        foreach (var other in _others.Values)
        {
            if (!found || Compare(other, next.Hash, next.User) < 0)
                (next, found) = (other, true);
        }

        _others.Remove(next.User);
        _counted.Add(next);
        return next.User;
    }

    /// <summary>Where a user is among those who count; the complement of where it belongs when it does not.</summary>
    private int Find(ulong hash, int user)
    {
        var (low, high) = (0, _counted.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >> 1;
            switch (Compare(_counted[middle], hash, user))
            {
                case 0:
                    return middle;
                case < 0:
                    low = middle + 1;
                    break;
                default:
                    high = middle - 1;
                    break;
            }
        }

        return ~low;
    }

    private int Compare(Rater rater, ulong hash, int user) => rater.Hash != hash
        ? rater.Hash.CompareTo(hash)
        : rater.User == user ? 0 : string.CompareOrdinal(userIds[rater.User], userIds[user]);
}

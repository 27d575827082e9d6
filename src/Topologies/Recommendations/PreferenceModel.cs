namespace MedStreams.Topologies.Recommendations;

/// <summary>
/// The preferences of all users, to work with: set, changed and taken away one by one, at a cost that does not grow with the number of users. Similarities
/// are not kept but worked out from the preferences when they are wanted, so nothing adds up over changes: after any of them the model is what it would be if it
/// were made anew. Not safe for use by several threads.
/// </summary>
public sealed class PreferenceModel
{
    private readonly int _ratersPerItem;
    private readonly IdTable<Profile> _users = new();
    private readonly IdTable<Raters> _items = new();
    private readonly Extremes _extremes;

    /// <summary>A model without preferences.</summary>
    /// <param name="ratersPerItem">
    /// How many users of one item count for similarities, from 2: of more, those with the smallest hash over both ids. Without a limit by default.
    /// </param>
    public PreferenceModel(int ratersPerItem = int.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(ratersPerItem, 2);
        _ratersPerItem = ratersPerItem;
        _extremes = new Extremes(Values);
    }

    /// <summary>How many preferences there are.</summary>
    public long Count { get; private set; }

    /// <summary>How many users have preferences.</summary>
    public int Users => _users.Count;

    /// <summary>How many items somebody has.</summary>
    public int Items => _items.Count;

    /// <summary>The ids of all users, in no order.</summary>
    public IEnumerable<string> UserIds => _users.Indices.Select(i => _users.Ids[i]);

    /// <summary>The least and the greatest preference; both 0 without any.</summary>
    public (double Least, double Greatest) Limits => _extremes.Limits;

    /// <summary>Changes with each preference that changes.</summary>
    internal long Version { get; private set; }

    internal IdTable<Profile> UserTable => _users;

    internal IdTable<Raters> ItemTable => _items;

    /// <summary>Whether the user has a preference.</summary>
    public bool Knows(string user) => _users.Find(user) >= 0;

    /// <summary>How many items the user has.</summary>
    public int ItemsOf(string user) => _users.TryGet(user, out var profile) ? profile.Count : 0;

    /// <summary>The user's preference; null where there is none.</summary>
    public double? Find(string user, string item) =>
        _users.TryGet(user, out var profile) && _items.Find(item) is >= 0 and var index ? profile.Find(index) : null;

    /// <summary>Sets a preference, the user's only one for the item.</summary>
    /// <returns>Whether it was another one before, or none.</returns>
    /// <exception cref="ArgumentException">An id or the value is not allowed (<see cref="PreferenceRules"/>).</exception>
    public bool Set(string user, string item, double value) => Set(user, item, value, null);

    /// <summary>Takes a preference away; false where there is none.</summary>
    public bool Remove(string user, string item) => Remove(user, item, null);

    /// <summary>As <see cref="Set(string,string,double)"/>; tells whom it concerns.</summary>
    internal bool Set(string user, string item, double value, Concerned? concerned)
    {
        Require(PreferenceRules.IdFault("user", user), nameof(user));
        Require(PreferenceRules.IdFault("item", item), nameof(item));
        Require(PreferenceRules.ValueFault(value), nameof(value));
        var u = _users.Find(user) is >= 0 and var known ? known : _users.Add(user, new Profile(StableHash.Of(user)));
        var i = _items.Find(item) is >= 0 and var there ? there : _items.Add(item, new Raters(_ratersPerItem, _users.Ids));
        var before = _users[u].Find(i);
        if (before == value)
            return false;
        var limits = concerned is null ? default : Limits;
        _users[u].Set(i, value, _items.Ids);
        var hash = StableHash.Of(_users[u].Hash, item);
        var displaced = _items[i].Set(new Rater(hash, u, value));
        if (before is { } old)
            _extremes.Remove(old);
        else
            Count++;
        _extremes.Add(value);
        Version++;
        concerned?.Add(_items[i], hash, u, displaced, limits != Limits);
        return true;
    }

    /// <summary>As <see cref="Remove(string,string)"/>; tells whom it concerns.</summary>
    internal bool Remove(string user, string item, Concerned? concerned)
    {
        var (u, i) = (_users.Find(user), _items.Find(item));
        if (u < 0 || i < 0 || _users[u].Find(i) is not { } old)
            return false;
        var limits = concerned is null ? default : Limits;
        var hash = StableHash.Of(_users[u].Hash, item);
        var counted = _items[i].Counts(hash, u);
        _users[u].Remove(i, _items.Ids);
        _items[i].Remove(hash, u);
        _extremes.Remove(old);
        Count--;
        Version++;
        concerned?.AddRemoved(_items[i], counted, u, limits != Limits);
        if (_items[i].Count == 0)
            _items.Remove(i);
        if (_users[u].Count == 0)
            _users.Remove(u);
        return true;
    }

    /// <summary>The items of a user, by id.</summary>
    internal IReadOnlyList<string> ItemIdsOf(string user) =>
        _users.TryGet(user, out var profile) ? [.. profile.Entries.ToArray().Select(e => _items.Ids[e.Item])] : [];

    private static void Require(string? fault, string parameter)
    {
        if (fault is not null)
            throw new ArgumentException(fault, parameter);
    }

    private IEnumerable<double> Values() => _users.Indices.SelectMany(u => _users[u].Values);
}

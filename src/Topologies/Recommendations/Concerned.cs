namespace MedStreams.Topologies.Recommendations;

/// <summary>Whose similarities a change of a preference changes: the user and those who count for the item with it, by index.</summary>
internal sealed class Concerned
{
    private readonly List<int> _users = [];

    /// <summary>The user whose preference changed.</summary>
    public int User { get; private set; }

    /// <summary>Users whose similarities to others may have changed; the user is one of them only where similarities of it changed.</summary>
    public IReadOnlyList<int> Users => _users;

    /// <summary>Whether the least or the greatest preference of all changed, which estimates are limited to.</summary>
    public bool LimitsChanged { get; private set; }

    public void Add(Raters item, ulong hash, int user, int displaced, bool limitsChanged)
    {
        Begin(user, limitsChanged);
        if (!item.Counts(hash, user))
            return;
        Take(item);
        if (displaced >= 0)
            _users.Add(displaced);
    }

    /// <summary>After the user is out: whoever counts instead is among the others.</summary>
    public void AddRemoved(Raters item, bool counted, int user, bool limitsChanged)
    {
        Begin(user, limitsChanged);
        if (counted)
            Take(item);
    }

    private void Begin(int user, bool limitsChanged)
    {
        _users.Clear();
        (User, LimitsChanged) = (user, limitsChanged);
    }

    private void Take(Raters item)
    {
        foreach (var rater in item.Counted)
            _users.Add(rater.User);
    }
}

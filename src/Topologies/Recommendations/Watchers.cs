namespace MedStreams.Topologies.Recommendations;

/// <summary>Who has whom as a neighbour: whose list a preference of a user may change although they do not have the item in common.</summary>
internal sealed class Watchers
{
    private readonly Dictionary<int, int[]> _neighbours = [];
    private readonly Dictionary<int, List<int>> _watchers = [];

    /// <summary>The users who have this one as a neighbour.</summary>
    public IReadOnlyList<int> Of(int user) => _watchers.TryGetValue(user, out var watchers) ? watchers : [];

    /// <summary>Sets the neighbours of a user; none forgets it.</summary>
    public void Set(int user, ReadOnlySpan<Ranked> neighbours)
    {
        var next = new int[neighbours.Length];
        for (var i = 0; i < next.Length; i++)
            next[i] = neighbours[i].Index;
        Array.Sort(next);
        var before = _neighbours.GetValueOrDefault(user, []);
        foreach (var other in before)
        {
            if (Array.BinarySearch(next, other) < 0)
                Remove(other, user);
        }

        foreach (var other in next)
        {
            if (Array.BinarySearch(before, other) < 0)
                Add(other, user);
        }

        if (next.Length == 0)
            _neighbours.Remove(user);
        else
            _neighbours[user] = next;
    }

    private void Add(int other, int user)
    {
        if (!_watchers.TryGetValue(other, out var watchers))
            _watchers.Add(other, watchers = []);
        watchers.Add(user);
    }

    private void Remove(int other, int user)
    {
        var watchers = _watchers[other];
        var place = watchers.IndexOf(user);
        watchers[place] = watchers[^1];
        watchers.RemoveAt(watchers.Count - 1);
        if (watchers.Count == 0)
            _watchers.Remove(other);
    }
}

namespace MedStreams.Topologies.Synchronisation;

/// <summary>Groups that wait for a place for a call of an operator, in the order in which they came. Forgotten when the shard moves: the next round asks them again.</summary>
internal sealed class WaitingGroups
{
    private readonly Dictionary<string, (Queue<string> Order, HashSet<string> Members)> _byOperator = new(StringComparer.Ordinal);

    /// <summary>The operators that groups wait for.</summary>
    public IReadOnlyList<string> Operators => [.. _byOperator.Keys];

    /// <summary>Whether groups wait for an operator.</summary>
    public bool Any(string name) => _byOperator.TryGetValue(name, out var line) && line.Order.Count > 0;

    /// <summary>A group waits for operators; for those that it waits for already it keeps its place.</summary>
    public void Add(string enterprise, IReadOnlyList<string> operators)
    {
        foreach (var name in operators)
        {
            if (!_byOperator.TryGetValue(name, out var line))
                _byOperator.Add(name, line = (new Queue<string>(), new HashSet<string>(StringComparer.Ordinal)));
            if (line.Members.Add(enterprise))
                line.Order.Enqueue(enterprise);
        }
    }

    /// <summary>Takes the group that waits longest; null where none does.</summary>
    public string? Next(string name)
    {
        if (!_byOperator.TryGetValue(name, out var line) || !line.Order.TryDequeue(out var enterprise))
            return null;
        line.Members.Remove(enterprise);
        return enterprise;
    }
}

using System.Diagnostics.CodeAnalysis;

namespace MedStreams.Topologies.Recommendations;

/// <summary>Ids as small numbers, which are used again when an id is gone, and what belongs to each.</summary>
internal sealed class IdTable<T>
    where T : class
{
    private readonly Dictionary<string, int> _indices = new(StringComparer.Ordinal);
    private readonly List<string> _ids = [];
    private readonly List<T?> _entries = [];
    private readonly Stack<int> _free = new();

    /// <summary>The id of an index.</summary>
    public IReadOnlyList<string> Ids => _ids;

    /// <summary>How many ids there are.</summary>
    public int Count => _indices.Count;

    /// <summary>All indices are below.</summary>
    public int Room => _ids.Count;

    /// <summary>The indices in use.</summary>
    public IEnumerable<int> Indices => _indices.Values;

    /// <summary>What belongs to an index that is in use.</summary>
    public T this[int index] => _entries[index]!;

    /// <summary>The index of an id; -1 where it is unknown.</summary>
    public int Find(string id) => _indices.TryGetValue(id, out var index) ? index : -1;

    /// <summary>What belongs to an id.</summary>
    public bool TryGet(string id, [NotNullWhen(true)] out T? entry)
    {
        entry = _indices.TryGetValue(id, out var index) ? _entries[index] : null;
        return entry is not null;
    }

    /// <summary>Adds an id that is unknown; answers its index.</summary>
    public int Add(string id, T entry)
    {
        if (!_free.TryPop(out var index))
        {
            index = _ids.Count;
            _ids.Add(id);
            _entries.Add(entry);
        }

        (_ids[index], _entries[index]) = (id, entry);
        _indices.Add(id, index);
        return index;
    }

    /// <summary>Forgets an index, which the next new id may get.</summary>
    public void Remove(int index)
    {
        _indices.Remove(_ids[index]);
        (_ids[index], _entries[index]) = (string.Empty, null);
        _free.Push(index);
    }
}

namespace MedStreams.Streams.Graph;

/// <summary>Which nodes and stores hang together: disjoint sets, united as edges are added.</summary>
internal sealed class Subtopologies
{
    private readonly Dictionary<string, string> _parents = new(StringComparer.Ordinal);

    public void Add(string name) => _parents.Add(name, name);

    public void Unite(string one, string other) => _parents[RootOf(other)] = RootOf(one);

    public string RootOf(string name)
    {
        while (_parents[name] is var parent && parent != name)
            name = _parents[name] = _parents[parent];
        return name;
    }
}

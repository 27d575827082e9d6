using System.Diagnostics.CodeAnalysis;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>
/// A step of the DSL before the topology is built. Names are taken when the user calls the operator; what is physically
/// made of it is written when the builder builds, after the optimiser has moved nodes about.
/// </summary>
internal abstract class GraphNode(string name)
{
    private readonly List<GraphNode> _parents = [];
    private readonly List<GraphNode> _children = [];

    /// <summary>The name of the physical node whose output this step is.</summary>
    public string Name { get; } = name;

    public IReadOnlyList<GraphNode> Parents => _parents;

    public IReadOnlyList<GraphNode> Children => _children;

    /// <summary>Nodes are written in this order as far as their parents are written.</summary>
    public int BuildPriority { get; set; }

    public bool IsWritten { get; set; }

    public bool IsKeyChanging { get; init; }

    public bool IsValueChanging { get; init; }

    public bool IsMerge { get; init; }

    /// <summary>True for a join that has an answer for a record without key.</summary>
    public bool AnswersNullKeys { get; init; }

    /// <summary>Whether the output is a versioned table; null where that is as upstream.</summary>
    public bool? IsOutputVersioned { get; set; }

    /// <summary>Names of the physical parents.</summary>
    [SuppressMessage("Performance", "CA1819", Justification = "A fresh array each time, for the physical node to keep")]
    protected string[] ParentNames => [.. _parents.Select(p => p.Name)];

    public void AddChild(GraphNode child)
    {
        if (_children.Contains(child))
            return;
        _children.Add(child);
        child._parents.Add(this);
    }

    public void RemoveChild(GraphNode child)
    {
        if (_children.Remove(child))
            child._parents.Remove(this);
    }

    /// <summary>Makes the physical nodes.</summary>
    public abstract void Write(TopologyWriter writer);
}

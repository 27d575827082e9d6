using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.StreamJoins;

/// <summary>
/// A join of two streams: behind the nodes that remember records, a node for each side and one where they meet; or, where a stream
/// is joined with itself and that is optimised, one node over one store.
/// </summary>
internal sealed class StreamJoinGraphNode(string name, GraphNode rememberThis, GraphNode rememberOther) : GraphNode(name)
{
    public required JoinSide This { get; init; }

    public required JoinSide Other { get; init; }

    public required Func<TaskContext, ProcessorNode> Merge { get; init; }

    /// <summary>The one node of a self-join; null where it cannot be optimised.</summary>
    public Func<TaskContext, ProcessorNode>? Self { get; init; }

    public required Func<TopologyWriter, StoreDefinition> ThisStore { get; init; }

    public required Func<TopologyWriter, StoreDefinition> OtherStore { get; init; }

    public Func<TopologyWriter, StoreDefinition>? WaitingStore { get; init; }

    public bool IsSelfJoin { get; private set; }

    public GraphNode RememberThis { get; } = rememberThis;

    public GraphNode RememberOther { get; } = rememberOther;

    /// <summary>Makes it one node over one store, if the stream is joined with itself.</summary>
    public void Optimize()
    {
        if (Self is null || Parents.Count != 1)
            return;
        Parents[0].RemoveChild(RememberOther);
        IsSelfJoin = true;
    }

    public override void Write(TopologyWriter writer)
    {
        var topology = writer.Topology;
        if (IsSelfJoin)
        {
            topology.Add(new OperatorDefinition(Name, [RememberThis.Name], Self!));
            topology.AddStore(ThisStore(writer), RememberThis.Name, Name);
            return;
        }

        topology
            .Add(new OperatorDefinition(This.Name, [RememberThis.Name], This.Create))
            .Add(new OperatorDefinition(Other.Name, [RememberOther.Name], Other.Create))
            .Add(new OperatorDefinition(Name, [This.Name, Other.Name], Merge))
            .AddStore(ThisStore(writer), RememberThis.Name, Other.Name)
            .AddStore(OtherStore(writer), RememberOther.Name, This.Name);
        if (WaitingStore is not null)
            topology.AddStore(WaitingStore(writer), This.Name, Other.Name);
    }
}

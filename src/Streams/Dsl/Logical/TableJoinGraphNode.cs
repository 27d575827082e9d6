using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>One physical node of a join, with the stores of the other side.</summary>
internal sealed record JoinSide(
    string Name, string Parent, Func<TaskContext, ProcessorNode> Create, IReadOnlyList<string> Stores);

/// <summary>A join of two tables: a node for each side, and one where they meet.</summary>
internal sealed class TableJoinGraphNode(
    string name,
    JoinSide left,
    JoinSide right,
    Func<TaskContext, ProcessorNode> merge,
    Func<TopologyWriter, StoreDefinition>? store)
    : GraphNode(name)
{
    public override void Write(TopologyWriter writer)
    {
        var topology = writer.Topology;
        topology
            .Add(new OperatorDefinition(left.Name, [left.Parent], left.Create))
            .Add(new OperatorDefinition(right.Name, [right.Parent], right.Create))
            .Add(new OperatorDefinition(Name, [left.Name, right.Name], merge))
            .ConnectProcessorAndStateStores(left.Name, [.. left.Stores])
            .ConnectProcessorAndStateStores(right.Name, [.. right.Stores]);
        if (store is not null)
            topology.AddStore(store(writer), Name);
    }
}

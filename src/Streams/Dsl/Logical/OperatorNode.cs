using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>A step that is one physical node, with or without stores.</summary>
/// <param name="name">The node's name.</param>
/// <param name="create">Makes the node of one task.</param>
/// <param name="stores">Stores that it reads or writes and that other steps add.</param>
internal sealed class OperatorNode(string name, Func<TaskContext, ProcessorNode> create, IReadOnlyList<string>? stores = null)
    : GraphNode(name)
{
    /// <summary>The store that this step adds; null, or null from it, for none.</summary>
    public Func<TopologyWriter, StoreDefinition?>? Store { get; init; }

    /// <summary>For windowed aggregations how long after its end a window can still change; null for other steps.</summary>
    public long? CloseDelayMs { get; init; }

    /// <summary>Looks for contradictions once the node and its stores are there; null for no check.</summary>
    public Action<Topology>? Check { get; init; }

    public override void Write(TopologyWriter writer)
    {
        writer.Topology.Add(new OperatorDefinition(Name, ParentNames, create));
        if (stores is { Count: > 0 })
            writer.Topology.ConnectProcessorAndStateStores(Name, [.. stores]);
        if (Store?.Invoke(writer) is { } store)
            writer.Topology.AddStore(store, Name);
        Check?.Invoke(writer.Topology);
    }
}

/// <summary>A step that runs a processor of the user's.</summary>
internal sealed class UserProcessorNode<TKeyIn, TValueIn, TKeyOut, TValueOut>(
    string name, Func<IProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut>> supplier, IReadOnlyList<string> stores)
    : GraphNode(name)
{
    public override void Write(TopologyWriter writer)
    {
        writer.Topology.Add(
            new ProcessorDefinition<TKeyIn, TValueIn, TKeyOut, TValueOut>(Name, ParentNames, supplier));
        if (stores.Count > 0)
            writer.Topology.ConnectProcessorAndStateStores(Name, [.. stores]);
    }
}

/// <summary>A step that only adds a store, which processors connect to by name.</summary>
internal sealed class StateStoreNode(IStoreBuilder builder) : GraphNode(builder.Name)
{
    public override void Write(TopologyWriter writer) => writer.Topology.AddStateStore(builder);
}

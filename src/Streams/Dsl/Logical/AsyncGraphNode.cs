using MedStreams.Streams.Async;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>A step that makes a call for each record.</summary>
internal sealed class AsyncGraphNode<TKeyIn, TValueIn, TKeyOut, TValueOut>(
    string name, AsyncProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut> call, AsyncOptions? options)
    : GraphNode(name)
{
    public override void Write(TopologyWriter writer) =>
        writer.Topology.Add(new AsyncProcessorDefinition<TKeyIn, TValueIn, TKeyOut, TValueOut>(Name, ParentNames, call, options));
}

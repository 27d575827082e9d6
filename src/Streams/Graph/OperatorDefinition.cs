using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Graph;

/// <summary>A node of the DSL's own.</summary>
internal sealed class OperatorDefinition(
    string name, IReadOnlyList<string> parents, Func<TaskContext, ProcessorNode> create)
    : ProcessorDefinition(name, parents)
{
    public override ProcessorNode Create(TaskContext task) => create(task);
}

using MedStreams.Streams.Graph;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Async;

/// <summary>An asynchronous node as declared, whatever its types.</summary>
internal interface ICallDefinition
{
    string Name { get; }

    AsyncOptions Options { get; }
}

/// <inheritdoc/>
internal sealed class AsyncProcessorDefinition<TKeyIn, TValueIn, TKeyOut, TValueOut> : ProcessorDefinition, ICallDefinition
{
    private readonly AsyncProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut> _call;

    public AsyncProcessorDefinition(
        string name,
        IReadOnlyList<string> parents,
        AsyncProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut> call,
        AsyncOptions? options)
        : base(name, parents)
    {
        (_call, Options) = (call, options ?? AsyncOptions.Default);
        Options.Validate(name);
    }

    public AsyncOptions Options { get; }

    public override Type Input => typeof(Record<TKeyIn, TValueIn>);

    public override Type Output => typeof(Record<TKeyOut, TValueOut>);

    public override ProcessorNode Create(TaskContext task) =>
        new AsyncNode<TKeyIn, TValueIn, TKeyOut, TValueOut>(Name, task, _call, Options);
}

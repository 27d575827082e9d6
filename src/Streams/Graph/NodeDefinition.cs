using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Graph;

/// <summary>A node as the user declared it; each task makes its own <see cref="ProcessorNode"/> of it.</summary>
internal abstract class NodeDefinition(string name, IReadOnlyList<string> parents)
{
    public string Name { get; } = name;

    /// <summary>The nodes that it takes records from, in the order of declaration; none for a source.</summary>
    public IReadOnlyList<string> Parents { get; } = parents;

    /// <summary>The type of the records that it takes; null where that is right by construction, and for a source.</summary>
    public virtual Type? Input => null;

    /// <summary>The type of the records that it forwards; null where that is right by construction, and for a sink.</summary>
    public virtual Type? Output => null;

    /// <summary>True where it forwards nothing.</summary>
    public virtual bool IsEnd => false;

    public abstract ProcessorNode Create(TaskContext task);
}

/// <summary>A node that reads topics.</summary>
internal abstract class SourceDefinition(string name, TopicSelection topics, AutoOffsetReset? offsetReset)
    : NodeDefinition(name, [])
{
    public TopicSelection Selection { get; } = topics;

    /// <summary>The topics that are named; none where a pattern chooses them.</summary>
    public IReadOnlyList<string> Topics => Selection.Names;

    public AutoOffsetReset? OffsetReset { get; } = offsetReset;
}

/// <inheritdoc/>
internal sealed class SourceDefinition<TKey, TValue>(
    string name,
    TopicSelection topics,
    ISerde<TKey> keySerde,
    ISerde<TValue> valueSerde,
    TimestampExtractor<TKey, TValue>? extractor = null,
    AutoOffsetReset? offsetReset = null)
    : SourceDefinition(name, topics, offsetReset)
{
    public SourceDefinition(string name, IReadOnlyList<string> topics, ISerde<TKey> keySerde, ISerde<TValue> valueSerde)
        : this(name, TopicSelection.Of(topics), keySerde, valueSerde)
    {
    }

    public override Type Output => typeof(Record<TKey, TValue>);

    public override ProcessorNode Create(TaskContext task) =>
        new SourceNode<TKey, TValue>(Name, task, keySerde, valueSerde, extractor);
}

/// <summary>A node that runs a processor, with the stores that it may use.</summary>
internal abstract class ProcessorDefinition(string name, IReadOnlyList<string> parents) : NodeDefinition(name, parents)
{
    /// <summary>Names of the connected stores, in the order of connection.</summary>
    public List<string> Stores { get; } = [];
}

/// <inheritdoc/>
internal sealed class ProcessorDefinition<TKeyIn, TValueIn, TKeyOut, TValueOut>(
    string name, IReadOnlyList<string> parents, Func<IProcessor<TKeyIn, TValueIn, TKeyOut, TValueOut>> supplier)
    : ProcessorDefinition(name, parents)
{
    public override Type Input => typeof(Record<TKeyIn, TValueIn>);

    public override Type Output => typeof(Record<TKeyOut, TValueOut>);

    public override ProcessorNode Create(TaskContext task) =>
        new ProcessorNode<TKeyIn, TValueIn, TKeyOut, TValueOut>(
            Name, task, Stores.ToHashSet(StringComparer.Ordinal), supplier());
}

/// <summary>A node that writes to a topic.</summary>
internal abstract class SinkDefinition(string name, IReadOnlyList<string> parents, string? topic)
    : NodeDefinition(name, parents)
{
    /// <summary>The topic; null where an extractor chooses it.</summary>
    public string? Topic { get; } = topic;
}

/// <inheritdoc/>
internal sealed class SinkDefinition<TKey, TValue>(
    string name,
    IReadOnlyList<string> parents,
    string? topic,
    TopicNameExtractor<TKey, TValue>? extractor,
    ISerde<TKey> keySerde,
    ISerde<TValue> valueSerde,
    StreamPartitioner<TKey, TValue>? partitioner = null)
    : SinkDefinition(name, parents, topic)
{
    public override Type Input => typeof(Record<TKey, TValue>);

    public override bool IsEnd => true;

    public override ProcessorNode Create(TaskContext task) =>
        new SinkNode<TKey, TValue>(Name, task, Topic, extractor, keySerde, valueSerde, partitioner);
}

/// <summary>A node that writes to a target outside Kafka, whatever its types.</summary>
internal interface IExternalSinkDefinition
{
    string Name { get; }
}

/// <summary>A node that writes to a target outside Kafka, exactly once.</summary>
internal sealed class ExternalSinkDefinition<TKey, TValue>(
    string name, IReadOnlyList<string> parents, ISink<TKey, TValue> sink)
    : NodeDefinition(name, parents), IExternalSinkDefinition
{
    public override Type Input => typeof(Record<TKey, TValue>);

    public override bool IsEnd => true;

    public override ProcessorNode Create(TaskContext task) => new ExternalSinkNode<TKey, TValue>(Name, task, sink);
}

using MedStreams.Streams.Graph;

namespace MedStreams.Streams.Dsl.Logical;

/// <summary>A stream of topics.</summary>
internal abstract class StreamSourceNode(string name, TopicSelection topics) : GraphNode(name)
{
    public TopicSelection Selection { get; } = topics;

    /// <summary>The topics that are named; none where a pattern chooses them.</summary>
    public IReadOnlyList<string> Topics => Selection.Names;

    /// <summary>Moves the children of a source of the same topics here.</summary>
    /// <exception cref="TopologyException">The sources read the topics in different ways.</exception>
    public abstract void TakeOver(StreamSourceNode other);
}

/// <inheritdoc/>
internal sealed class StreamSourceNode<TKey, TValue>(
    string name, TopicSelection topics, Consumed<TKey, TValue> consumed)
    : StreamSourceNode(name, topics)
{
    private Consumed<TKey, TValue> _consumed = consumed;

    public override void TakeOver(StreamSourceNode other)
    {
        if (other is not StreamSourceNode<TKey, TValue> same)
        {
            throw new TopologyException(
                $"{Name} and {other.Name} read the same topics with different types: share one stream instead.");
        }

        if (same._consumed.OffsetReset != _consumed.OffsetReset
            && (same._consumed.OffsetReset ?? _consumed.OffsetReset) is not null)
        {
            throw new TopologyException($"{Name} and {other.Name} read the same topics with different reset policies.");
        }

        _consumed = _consumed with
        {
            KeySerde = _consumed.KeySerde ?? same._consumed.KeySerde,
            ValueSerde = _consumed.ValueSerde ?? same._consumed.ValueSerde,
            TimestampExtractor = _consumed.TimestampExtractor ?? same._consumed.TimestampExtractor,
        };
        foreach (var child in other.Children.ToArray())
        {
            other.RemoveChild(child);
            AddChild(child);
        }
    }

    public override void Write(TopologyWriter writer) =>
        writer.Topology.Add(new SourceDefinition<TKey, TValue>(
            Name,
            Selection,
            writer.KeySerde(_consumed.KeySerde, Name),
            writer.ValueSerde(_consumed.ValueSerde, Name),
            _consumed.TimestampExtractor,
            _consumed.OffsetReset));
}

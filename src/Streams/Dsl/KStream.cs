using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams;

/// <summary>
/// A stream of records, each a fact of its own. Operators answer new streams and leave this one as it is. Not safe for use
/// by several threads.
/// </summary>
/// <typeparam name="TKey">Type of the keys; null where records without key may come.</typeparam>
/// <typeparam name="TValue">Type of the values; nullable where tombstones may come.</typeparam>
public sealed partial class KStream<TKey, TValue>
{
    internal KStream(
        StreamsGraph graph,
        GraphNode node,
        string name,
        IReadOnlyList<string> sources,
        ISerde<TKey>? keySerde,
        ISerde<TValue>? valueSerde,
        bool needsRepartition)
    {
        (Graph, Node, Name, Sources) = (graph, node, name, sources);
        (KeySerde, ValueSerde, NeedsRepartition) = (keySerde, valueSerde, needsRepartition);
    }

    internal StreamsGraph Graph { get; }

    internal GraphNode Node { get; }

    internal string Name { get; }

    /// <summary>The source nodes of its sub-topology, for joins: those must have equally many partitions.</summary>
    internal IReadOnlyList<string> Sources { get; }

    internal ISerde<TKey>? KeySerde { get; }

    internal ISerde<TValue>? ValueSerde { get; }

    /// <summary>True after an operator that may have changed keys: grouping and joining first go through a topic.</summary>
    internal bool NeedsRepartition { get; }

    private KStream<TKey, TNewValue> KeepingKeys<TNewValue>(
        GraphNode node, ISerde<TNewValue>? valueSerde) =>
        new(Graph, node, node.Name, Sources, KeySerde, valueSerde, NeedsRepartition);

    private KStream<TNewKey, TNewValue> ChangingKeys<TNewKey, TNewValue>(
        GraphNode node, ISerde<TNewValue>? valueSerde) =>
        new(Graph, node, node.Name, Sources, null, valueSerde, true);

    private OperatorNode Append(
        Named? named,
        string prefix,
        Func<string, ProcessorNode> create,
        bool changesKeys = false,
        bool changesValues = false)
    {
        var name = Graph.NameOr(named?.Name, prefix);
        var node = new OperatorNode(name, _ => create(name))
        {
            IsKeyChanging = changesKeys,
            IsValueChanging = changesValues,
        };
        Graph.Add(Node, node);
        return node;
    }
}

using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Tables;

namespace MedStreams.Streams;

/// <summary>
/// A table that changes: the newest value of each key. Null deletes a key, so the values' type must be able to be null.
/// Operators answer new tables and leave this one as it is. Not safe for use by several threads.
/// </summary>
/// <typeparam name="TKey">Type of the keys, never null.</typeparam>
/// <typeparam name="TValue">Type of the values: a reference type or a <see cref="Nullable{T}"/>.</typeparam>
public sealed partial class KTable<TKey, TValue>
{
    internal KTable(
        StreamsGraph graph,
        GraphNode node,
        string name,
        IReadOnlyList<string> sources,
        ISerde<TKey>? keySerde,
        ISerde<TValue>? valueSerde,
        TableValues<TKey, TValue> values,
        string? queryableStoreName)
    {
        if (default(TValue) is not null)
        {
            throw new TopologyException(
                $"The table {name} has values of type {typeof(TValue).Name}, which cannot be null, so no key could be "
                + $"deleted: use {typeof(TValue).Name}?.");
        }

        (Graph, Node, Name, Sources, Values) = (graph, node, name, sources, values);
        (KeySerde, ValueSerde, QueryableStoreName) = (keySerde, valueSerde, queryableStoreName);
    }

    /// <summary>The store in which the table can be queried; null where the user named none.</summary>
    public string? QueryableStoreName { get; }

    internal StreamsGraph Graph { get; }

    internal GraphNode Node { get; }

    internal string Name { get; }

    internal IReadOnlyList<string> Sources { get; }

    internal ISerde<TKey>? KeySerde { get; }

    internal ISerde<TValue>? ValueSerde { get; }

    internal TableValues<TKey, TValue> Values { get; }
}

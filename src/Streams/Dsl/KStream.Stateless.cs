using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;

namespace MedStreams.Streams;

/// <content>Operators that look at one record at a time.</content>
public sealed partial class KStream<TKey, TValue>
{
    /// <summary>The records for which the predicate holds.</summary>
    /// <remarks>
    /// Null is passed to the predicate as it is.
    /// </remarks>
    public KStream<TKey, TValue> Filter(Func<TKey, TValue, bool> predicate, Named? named = null) =>
        KeepingKeys(
            Append(named, "KSTREAM-FILTER-", name => new FilterNode<TKey, TValue>(name, predicate, true)), ValueSerde);

    /// <summary>The records for which the predicate does not hold.</summary>
    /// <remarks>
    /// Null is passed to the predicate as it is.
    /// </remarks>
    public KStream<TKey, TValue> FilterNot(Func<TKey, TValue, bool> predicate, Named? named = null) =>
        KeepingKeys(
            Append(named, "KSTREAM-FILTER-", name => new FilterNode<TKey, TValue>(name, predicate, false)), ValueSerde);

    /// <summary>The records with new keys and values. A later grouping or join goes through a repartition topic.</summary>
    /// <remarks>
    /// Time and headers stay those of the record. Null is passed to the mapper as it is.
    /// </remarks>
    public KStream<TNewKey, TNewValue> Map<TNewKey, TNewValue>(
        Func<TKey, TValue, (TNewKey Key, TNewValue Value)> mapper, Named? named = null) =>
        ChangingKeys<TNewKey, TNewValue>(
            Append(
                named,
                "KSTREAM-MAP-",
                name => new MapNode<TKey, TValue, TNewKey, TNewValue>(name, mapper),
                changesKeys: true),
            null);

    /// <summary>The records with new values; null makes tombstones.</summary>
    /// <remarks>
    /// Time and headers stay those of the record. Null is passed to the mapper as it is.
    /// </remarks>
    public KStream<TKey, TNewValue> MapValues<TNewValue>(Func<TValue, TNewValue> mapper, Named? named = null) =>
        MapValues((_, value) => mapper(value), named);

    /// <summary>The records with new values, made of key and value; null makes tombstones.</summary>
    /// <remarks>
    /// Time and headers stay those of the record. Null is passed to the mapper as it is.
    /// </remarks>
    public KStream<TKey, TNewValue> MapValues<TNewValue>(Func<TKey, TValue, TNewValue> mapper, Named? named = null) =>
        KeepingKeys<TNewValue>(
            Append(
                named,
                "KSTREAM-MAPVALUES-",
                name => new MapValuesNode<TKey, TValue, TNewValue>(name, mapper),
                changesValues: true),
            null);

    /// <summary>Any number of records for each one. A later grouping or join goes through a repartition topic.</summary>
    /// <remarks>
    /// Time and headers stay those of the record. Null is passed to the mapper as it is.
    /// </remarks>
    public KStream<TNewKey, TNewValue> FlatMap<TNewKey, TNewValue>(
        Func<TKey, TValue, IEnumerable<(TNewKey Key, TNewValue Value)>> mapper, Named? named = null) =>
        ChangingKeys<TNewKey, TNewValue>(
            Append(
                named,
                "KSTREAM-FLATMAP-",
                name => new FlatMapNode<TKey, TValue, TNewKey, TNewValue>(name, mapper),
                changesKeys: true),
            null);

    /// <summary>Any number of records for each one, all under its key.</summary>
    /// <remarks>
    /// Time and headers stay those of the record. Null is passed to the mapper as it is.
    /// </remarks>
    public KStream<TKey, TNewValue> FlatMapValues<TNewValue>(
        Func<TValue, IEnumerable<TNewValue>> mapper, Named? named = null) =>
        FlatMapValues((_, value) => mapper(value), named);

    /// <summary>Any number of records for each one, made of key and value, all under its key.</summary>
    /// <remarks>
    /// Time and headers stay those of the record. Null is passed to the mapper as it is.
    /// </remarks>
    public KStream<TKey, TNewValue> FlatMapValues<TNewValue>(
        Func<TKey, TValue, IEnumerable<TNewValue>> mapper, Named? named = null) =>
        KeepingKeys<TNewValue>(
            Append(
                named,
                "KSTREAM-FLATMAPVALUES-",
                name => new FlatMapValuesNode<TKey, TValue, TNewValue>(name, mapper),
                changesValues: true),
            null);

    /// <summary>The records under new keys. A later grouping or join goes through a repartition topic.</summary>
    /// <remarks>
    /// Time and headers stay those of the record. Null is passed to the selector as it is.
    /// </remarks>
    public KStream<TNewKey, TValue> SelectKey<TNewKey>(Func<TKey, TValue, TNewKey> selector, Named? named = null) =>
        ChangingKeys<TNewKey, TValue>(
            Append(
                named,
                "KSTREAM-KEY-SELECT-",
                name => new SelectKeyNode<TKey, TNewKey, TValue>(name, selector),
                changesKeys: true),
            ValueSerde);

    /// <summary>The same records; the action sees each one as it passes. It may run again for a record after a failure.</summary>
    public KStream<TKey, TValue> Peek(Action<TKey, TValue> action, Named? named = null) =>
        KeepingKeys(Append(named, "KSTREAM-PEEK-", name => new PeekNode<TKey, TValue>(name, action)), ValueSerde);

    /// <summary>Ends the stream in an action. It may run again for a record after a failure.</summary>
    public void ForEach(Action<TKey, TValue> action, Named? named = null) =>
        Append(named, "KSTREAM-FOREACH-", name => new ForEachNode<TKey, TValue>(name, action));

    /// <summary>
    /// Ends the stream in a writer, a line <c>[label]: key, value</c> for each record (Kafka Streams' <c>Printed</c>). For looking at test data only: keys
    /// and values are written as they are.
    /// </summary>
    /// <param name="writer">Written to under a lock, by all tasks.</param>
    /// <param name="label">The label; null for the name of the node before.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="mapper">What to show of key and value; null for <c>key, value</c>.</param>
    public void Print(
        TextWriter writer, string? label = null, Named? named = null, Func<TKey, TValue, string>? mapper = null)
    {
        var shown = label ?? Name;
        mapper ??= static (key, value) => $"{key?.ToString() ?? "null"}, {value?.ToString() ?? "null"}";
        Append(named, "KSTREAM-PRINTER-", name => new ForEachNode<TKey, TValue>(name, Write));

        void Write(TKey key, TValue value)
        {
            lock (writer)
                writer.WriteLine($"[{shown}]: {mapper(key, value)}");
        }
    }

    /// <summary>The records of both streams; no order holds between them but that of their times as they are read.</summary>
    public KStream<TKey, TValue> Merge(KStream<TKey, TValue> other, Named? named = null)
    {
        var name = Graph.NameOr(named?.Name, "KSTREAM-MERGE-");
        var node = new OperatorNode(name, _ => new PassThroughNode<TKey, TValue>(name)) { IsMerge = true };
        Graph.Add(Node, node);
        Graph.Add(other.Node, node);
        return new KStream<TKey, TValue>(
            Graph,
            node,
            name,
            [.. Sources.Union(other.Sources, StringComparer.Ordinal)],
            null,
            null,
            NeedsRepartition || other.NeedsRepartition);
    }

    /// <summary>Sends each record to the first branch whose predicate holds.</summary>
    /// <param name="named">Begins the names of the branches; null for a generated name.</param>
    public BranchedKStream<TKey, TValue> Split(Named? named = null) => new(this, named);
}

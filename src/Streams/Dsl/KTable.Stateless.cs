using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;

namespace MedStreams.Streams;

/// <content>Operators that look at one value at a time.</content>
public sealed partial class KTable<TKey, TValue>
{
    /// <summary>The entries for which the predicate holds.</summary>
    /// <param name="predicate">Never called with null.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">A store with a name keeps the result; otherwise it is computed where it is needed.</param>
    public KTable<TKey, TValue> Filter(
        Func<TKey, TValue, bool> predicate, Named? named = null, Materialized<TKey, TValue>? materialized = null) =>
        Filter(predicate, true, named, materialized);

    /// <inheritdoc cref="Filter(Func{TKey,TValue,bool},Named,Materialized{TKey,TValue})"/>
    public KTable<TKey, TValue> Filter(Func<TKey, TValue, bool> predicate, Materialized<TKey, TValue> materialized) =>
        Filter(predicate, true, null, materialized);

    /// <summary>The entries for which the predicate does not hold.</summary>
    /// <param name="predicate">Never called with null.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">A store with a name keeps the result; otherwise it is computed where it is needed.</param>
    public KTable<TKey, TValue> FilterNot(
        Func<TKey, TValue, bool> predicate, Named? named = null, Materialized<TKey, TValue>? materialized = null) =>
        Filter(predicate, false, named, materialized);

    /// <inheritdoc cref="FilterNot(Func{TKey,TValue,bool},Named,Materialized{TKey,TValue})"/>
    public KTable<TKey, TValue> FilterNot(Func<TKey, TValue, bool> predicate, Materialized<TKey, TValue> materialized) =>
        Filter(predicate, false, null, materialized);

    /// <summary>The table with new values.</summary>
    /// <param name="mapper">Never called with null; null from it deletes the key.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">A store with a name keeps the result; otherwise it is computed where it is needed.</param>
    /// <exception cref="TopologyException">The new type cannot be null.</exception>
    public KTable<TKey, TNewValue> MapValues<TNewValue>(
        Func<TValue, TNewValue?> mapper, Named? named = null, Materialized<TKey, TNewValue>? materialized = null) =>
        MapValues<TNewValue>((_, value) => mapper(value), named, materialized);

    /// <inheritdoc cref="MapValues{TNewValue}(Func{TValue,TNewValue},Named,Materialized{TKey,TNewValue})"/>
    public KTable<TKey, TNewValue> MapValues<TNewValue>(
        Func<TValue, TNewValue?> mapper, Materialized<TKey, TNewValue> materialized) =>
        MapValues<TNewValue>((_, value) => mapper(value), null, materialized);

    /// <inheritdoc cref="MapValues{TNewValue}(Func{TKey,TValue,TNewValue},Named,Materialized{TKey,TNewValue})"/>
    public KTable<TKey, TNewValue> MapValues<TNewValue>(
        Func<TKey, TValue, TNewValue?> mapper, Materialized<TKey, TNewValue> materialized) =>
        MapValues(mapper, null, materialized);

    /// <summary>The table with new values, made of key and value.</summary>
    /// <param name="mapper">Never called with null; null from it deletes the key.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">A store with a name keeps the result; otherwise it is computed where it is needed.</param>
    /// <exception cref="TopologyException">The new type cannot be null.</exception>
    public KTable<TKey, TNewValue> MapValues<TNewValue>(
        Func<TKey, TValue, TNewValue?> mapper,
        Named? named = null,
        Materialized<TKey, TNewValue>? materialized = null) =>
        Derive<TNewValue>(
            mapper, "KTABLE-MAPVALUES-", named, materialized, materialized?.ValueSerde, skipsNothings: false);

    /// <summary>The table's changes as a stream; a deletion is a record with null.</summary>
    public KStream<TKey, TValue?> ToStream(Named? named = null)
    {
        var name = Graph.NameOr(named?.Name, "KTABLE-TOSTREAM-");
        var node = new OperatorNode(name, _ => new TableToStreamNode<TKey, TValue>(name));
        Graph.Add(Node, node);
        return new KStream<TKey, TValue?>(Graph, node, name, Sources, KeySerde, ValueSerde!, false);
    }

    /// <summary>The table's changes as a stream under new keys.</summary>
    public KStream<TNewKey, TValue?> ToStream<TNewKey>(Func<TKey, TValue?, TNewKey> selector, Named? named = null) =>
        ToStream(named).SelectKey(selector);

    private KTable<TKey, TValue> Filter(
        Func<TKey, TValue, bool> predicate, bool keeps, Named? named, Materialized<TKey, TValue>? materialized)
    {
        // Old values that are there anyway save deletions of what was never let through.
        Values.EnableOldValues(force: false);
        return Derive(
            (key, value) => predicate(key, value) == keeps ? value : default,
            "KTABLE-FILTER-",
            named,
            materialized,
            materialized?.ValueSerde ?? ValueSerde,
            skipsNothings: true);
    }

    private KTable<TKey, TNewValue> Derive<TNewValue>(
        Func<TKey, TValue, TNewValue?> compute,
        string prefix,
        Named? named,
        Materialized<TKey, TNewValue>? materialized,
        ISerde<TNewValue>? valueSerde,
        bool skipsNothings)
    {
        if (materialized is { StoreName: null })
            Graph.NewStoreName(prefix); // Kafka's counter moves here although no store is made
        var name = Graph.NameOr(named?.Name, prefix);
        var store = materialized?.StoreName;
        var values = new DerivedTable<TKey, TValue, TNewValue>(Values, compute, store);
        if (skipsNothings)
            values.InheritOldValues();
        var keySerde = materialized?.KeySerde ?? KeySerde;
        OperatorNode? node = null;
        node = new OperatorNode(
            name,
            task => new TableMapNode<TKey, TValue, TNewValue>(
                name,
                task,
                compute,
                store,
                values.SendsOldValues,
                skipsNothings && !VersionedSemantics.AppliesTo(node!)))
        {
            IsOutputVersioned = materialized?.IsVersioned,
            Store = store is null
                ? null
                : writer => TableStores.KeyValue(
                    writer, name, materialized! with { KeySerde = keySerde, ValueSerde = valueSerde }, store),
        };
        Graph.Add(Node, node);
        return new KTable<TKey, TNewValue>(
            Graph, node, name, Sources, keySerde, valueSerde, values, materialized?.StoreName);
    }
}

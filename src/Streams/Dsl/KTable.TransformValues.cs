using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;

namespace MedStreams.Streams;

/// <content>Values computed with state.</content>
public sealed partial class KTable<TKey, TValue>
{
    private const string Ambiguous = "Write Named.As(\"...\") for the node's name, or [\"...\"] for the stores.";

    /// <summary>The table with values that transformers compute, which may use stores.</summary>
    /// <param name="supplier">Makes a new transformer at each call.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">A store with a name keeps the result; otherwise it is computed where it is needed.</param>
    /// <param name="stores">Names of the stores that it may use, added with <see cref="StreamsBuilder.AddStateStore"/>.</param>
    /// <exception cref="TopologyException">The new type cannot be null.</exception>
    public KTable<TKey, TNewValue> TransformValues<TNewValue>(
        Func<IValueTransformer<TKey, TValue, TNewValue>> supplier,
        Named? named = null,
        Materialized<TKey, TNewValue>? materialized = null,
        IReadOnlyList<string>? stores = null)
    {
        stores ??= [];
        var name = Graph.NameOr(named?.Name, "KTABLE-TRANSFORMVALUES-");
        var store = materialized?.StoreName;
        var allowed = stores.ToHashSet(StringComparer.Ordinal);
        var values = new TransformedTable<TKey, TValue, TNewValue>(Values, supplier, name, allowed, store);
        var (keySerde, valueSerde) = (materialized?.KeySerde ?? KeySerde, materialized?.ValueSerde);
        var node = new OperatorNode(
            name,
            task => new TableTransformNode<TKey, TValue, TNewValue>(
                name, task, supplier(), allowed, store, values.SendsOldValues),
            stores)
        {
            IsOutputVersioned = materialized?.IsVersioned,
            Store = store is null
                ? null
                : writer => TableStores.KeyValue(
                    writer, name, materialized! with { KeySerde = keySerde, ValueSerde = valueSerde }, store),
        };
        Graph.Add(Node, node);
        return new KTable<TKey, TNewValue>(Graph, node, name, Sources, keySerde, valueSerde, values, store);
    }

    /// <inheritdoc cref="TransformValues{TNewValue}(Func{IValueTransformer{TKey,TValue,TNewValue}},Named,Materialized{TKey,TNewValue},IReadOnlyList{string})"/>
    public KTable<TKey, TNewValue> TransformValues<TNewValue>(
        Func<IValueTransformer<TKey, TValue, TNewValue>> supplier, IReadOnlyList<string> stores) =>
        TransformValues(supplier, null, null, stores);

    /// <inheritdoc cref="TransformValues{TNewValue}(Func{IValueTransformer{TKey,TValue,TNewValue}},Named,Materialized{TKey,TNewValue},IReadOnlyList{string})"/>
    public KTable<TKey, TNewValue> TransformValues<TNewValue>(
        Func<IValueTransformer<TKey, TValue, TNewValue>> supplier,
        Materialized<TKey, TNewValue> materialized,
        IReadOnlyList<string>? stores = null) => TransformValues(supplier, null, materialized, stores);

    /// <summary>Not to be used: a text alone could be a name or a store.</summary>
    [Obsolete(Ambiguous, error: true)]
    public KTable<TKey, TNewValue> TransformValues<TNewValue>(
        Func<IValueTransformer<TKey, TValue, TNewValue>> supplier, string nameOrStore) =>
        throw new NotSupportedException(Ambiguous + nameOrStore);
}

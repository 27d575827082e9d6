using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;

namespace MedStreams.Streams;

/// <content>Ways to tables.</content>
public sealed partial class KStream<TKey, TValue>
{
    /// <summary>The table of the newest value of each key; null deletes. Records without key are dropped.</summary>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">How to keep it; a name makes it queryable.</param>
    /// <exception cref="TopologyException">The values' type cannot be null.</exception>
    public KTable<TKey, TValue> ToTable(Named? named = null, Materialized<TKey, TValue>? materialized = null)
    {
        materialized ??= new Materialized<TKey, TValue>();
        var name = Graph.NameOr(named?.Name, "KSTREAM-TOTABLE-");
        var storeName = materialized.StoreName ?? Graph.NewStoreName("KSTREAM-TOTABLE-");
        materialized = materialized with
        {
            KeySerde = materialized.KeySerde ?? KeySerde,
            ValueSerde = materialized.ValueSerde ?? ValueSerde,
        };
        var from = this;
        if (NeedsRepartition)
        {
            from = Through(RepartitionNode<TKey, TValue>.Create(
                Graph,
                name,
                optimizable: true,
                new Repartitioned<TKey, TValue>
                {
                    KeySerde = materialized.KeySerde,
                    ValueSerde = materialized.ValueSerde,
                }));
        }

        var values = new SourceTable<TKey, TValue>(storeName, materialized.StoreName is not null);
        var node = new OperatorNode(
            name,
            task => new TableSourceNode<TKey, TValue>(
                name, task, values.IsMaterialized ? storeName : null, values.SendsOldValues))
        {
            IsOutputVersioned = materialized.IsVersioned,
            Store = writer => values.IsMaterialized ? TableStores.KeyValue(writer, name, materialized, storeName) : null,
        };
        Graph.Add(from.Node, node);
        return new KTable<TKey, TValue>(
            Graph,
            node,
            name,
            from.Sources,
            materialized.KeySerde,
            materialized.ValueSerde,
            values,
            materialized.StoreName);
    }

    /// <inheritdoc cref="ToTable(Named,Materialized{TKey,TValue})"/>
    public KTable<TKey, TValue> ToTable(Materialized<TKey, TValue> materialized) => ToTable(null, materialized);

    /// <summary>Groups records by their keys, to be aggregated.</summary>
    /// <param name="grouped">Serdes and name of the repartition topic, needed after operators that change keys.</param>
    public KGroupedStream<TKey, TValue> GroupByKey(Grouped<TKey, TValue>? grouped = null) =>
        new(
            Graph,
            Node,
            Name,
            Sources,
            grouped is null
                ? new Grouped<TKey, TValue> { KeySerde = KeySerde, ValueSerde = ValueSerde }
                : grouped with { KeySerde = grouped.KeySerde ?? KeySerde, ValueSerde = grouped.ValueSerde ?? ValueSerde },
            NeedsRepartition);

    /// <summary>Groups records by a new key, to be aggregated; they go through a repartition topic first.</summary>
    /// <param name="selector">The new key; a record for which it is null is dropped.</param>
    /// <param name="grouped">Serdes of the new form, and name of the topic.</param>
    public KGroupedStream<TNewKey, TValue> GroupBy<TNewKey>(
        Func<TKey, TValue, TNewKey> selector, Grouped<TNewKey, TValue>? grouped = null)
    {
        var node = Append(
            grouped?.Name is { } given ? Named.As(given) : null,
            "KSTREAM-KEY-SELECT-",
            name => new SelectKeyNode<TKey, TNewKey, TValue>(name, selector),
            changesKeys: true);
        grouped ??= new Grouped<TNewKey, TValue>();
        return new KGroupedStream<TNewKey, TValue>(
            Graph, node, node.Name, Sources, grouped with { ValueSerde = grouped.ValueSerde ?? ValueSerde }, true);
    }
}

using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;

namespace MedStreams.Streams;

/// <content>Grouping.</content>
public sealed partial class KTable<TKey, TValue>
{
    /// <summary>Groups the entries by a new key, to be aggregated; their changes go through a repartition topic first.</summary>
    /// <param name="selector">The new key and value of an entry; entries for which one of them is null are left out.</param>
    /// <param name="grouped">Serdes of the new form, and name of the topic.</param>
    public KGroupedTable<TNewKey, TNewValue> GroupBy<TNewKey, TNewValue>(
        Func<TKey, TValue, (TNewKey Key, TNewValue Value)> selector, Grouped<TNewKey, TNewValue>? grouped = null)
    {
        grouped ??= new Grouped<TNewKey, TNewValue>();
        var name = Graph.NameOr(grouped.Name, "KTABLE-SELECT-");
        OperatorNode? node = null;
        node = new OperatorNode(
            name,
            _ => new TableSelectNode<TKey, TValue, TNewKey, TNewValue>(name, selector, VersionedSemantics.AppliesTo(node!)));
        Graph.Add(Node, node);
        Values.EnableOldValues(force: true);
        return new KGroupedTable<TNewKey, TNewValue>(Graph, node, grouped);
    }
}

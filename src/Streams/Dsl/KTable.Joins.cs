using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;

namespace MedStreams.Streams;

/// <content>Joins by key. A result's time is the larger of both sides'. Both topics must have equally many partitions.</content>
public sealed partial class KTable<TKey, TValue>
{
    /// <summary>The keys that both tables have.</summary>
    /// <param name="other">The other table.</param>
    /// <param name="joiner">Of both values, never null.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">Keeps the result; null computes it where it is needed.</param>
    /// <exception cref="TopologyException">The result's type cannot be null.</exception>
    /// <remarks>
    /// A result's time is the larger of both sides', and a change of either side may change it; a change that is out of order by its time changes it as well, unless the table is
    /// versioned. Both topics must have equally many partitions.
    /// </remarks>
    public KTable<TKey, TResult> Join<TOther, TResult>(
        KTable<TKey, TOther> other,
        Func<TValue, TOther, TResult?> joiner,
        Named? named = null,
        Materialized<TKey, TResult>? materialized = null) =>
        Join<TOther, TResult>(other, joiner!, JoinRule.Inner, named, materialized);

    /// <inheritdoc cref="Join{TOther,TResult}(KTable{TKey,TOther},Func{TValue,TOther,TResult},Named,Materialized{TKey,TResult})"/>
    public KTable<TKey, TResult> Join<TOther, TResult>(
        KTable<TKey, TOther> other, Func<TValue, TOther, TResult?> joiner, Materialized<TKey, TResult> materialized) =>
        Join(other, joiner, null, materialized);

    /// <summary>The keys of this table, with the other's value or null.</summary>
    /// <param name="other">The other table.</param>
    /// <param name="joiner">Of both values; the first is never null.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">Keeps the result; null computes it where it is needed.</param>
    /// <exception cref="TopologyException">The result's type cannot be null.</exception>
    /// <remarks>
    /// A result's time is the larger of both sides', and a change of either side may change it; a change that is out of order by its time changes it as well, unless the table is
    /// versioned. Both topics must have equally many partitions.
    /// </remarks>
    public KTable<TKey, TResult> LeftJoin<TOther, TResult>(
        KTable<TKey, TOther> other,
        Func<TValue, TOther?, TResult?> joiner,
        Named? named = null,
        Materialized<TKey, TResult>? materialized = null) =>
        Join<TOther, TResult>(other, joiner!, JoinRule.Left, named, materialized);

    /// <inheritdoc cref="LeftJoin{TOther,TResult}(KTable{TKey,TOther},Func{TValue,TOther,TResult},Named,Materialized{TKey,TResult})"/>
    public KTable<TKey, TResult> LeftJoin<TOther, TResult>(
        KTable<TKey, TOther> other, Func<TValue, TOther?, TResult?> joiner, Materialized<TKey, TResult> materialized) =>
        LeftJoin(other, joiner, null, materialized);

    /// <summary>The keys of either table, with null for the value that is missing.</summary>
    /// <param name="other">The other table.</param>
    /// <param name="joiner">Of both values; one of them may be null.</param>
    /// <param name="named">The node's name; null for a generated one.</param>
    /// <param name="materialized">Keeps the result; null computes it where it is needed.</param>
    /// <exception cref="TopologyException">The result's type cannot be null.</exception>
    /// <remarks>
    /// A result's time is the larger of both sides', and a change of either side may change it; a change that is out of order by its time changes it as well, unless the table is
    /// versioned. Both topics must have equally many partitions.
    /// </remarks>
    public KTable<TKey, TResult> OuterJoin<TOther, TResult>(
        KTable<TKey, TOther> other,
        Func<TValue?, TOther?, TResult?> joiner,
        Named? named = null,
        Materialized<TKey, TResult>? materialized = null) =>
        Join(other, joiner, JoinRule.Outer, named, materialized);

    /// <inheritdoc cref="OuterJoin{TOther,TResult}(KTable{TKey,TOther},Func{TValue,TOther,TResult},Named,Materialized{TKey,TResult})"/>
    public KTable<TKey, TResult> OuterJoin<TOther, TResult>(
        KTable<TKey, TOther> other, Func<TValue?, TOther?, TResult?> joiner, Materialized<TKey, TResult> materialized) =>
        OuterJoin(other, joiner, null, materialized);

    private KTable<TKey, TResult> Join<TOther, TResult>(
        KTable<TKey, TOther> other,
        Func<TValue?, TOther?, TResult?> joiner,
        JoinRule rule,
        Named? named,
        Materialized<TKey, TResult>? given)
    {
        var materialized = given is null ? null : given with { KeySerde = given.KeySerde ?? KeySerde };
        var storeName = materialized is null ? null : materialized.StoreName ?? Graph.NewStoreName("KTABLE-MERGE-");
        var name = Graph.NameOr(named?.Name, "KTABLE-MERGE-");
        if (!rule.NeedsOther)
            Values.EnableOldValues(force: true);
        if (!rule.NeedsThis)
            other.Values.EnableOldValues(force: true);
        var thisName = Graph.NameOr(named?.Name, "-join-this", "KTABLE-JOINTHIS-");
        var otherName = Graph.NameOr(named?.Name, "-join-other", "KTABLE-JOINOTHER-");
        var (lefts, rights) = (Values.Getters(), other.Values.Getters());
        var values = new JoinedTable<TKey, TValue, TOther, TResult>(Values, other.Values, joiner, rule, storeName);
        Func<TOther?, TValue?, TResult?> reversed = (right, left) => joiner(left, right);
        var node = new TableJoinGraphNode(
            name,
            new JoinSide(
                thisName,
                Name,
                task => new TableJoinSideNode<TKey, TValue, TOther, TResult>(
                    thisName, task, rights, joiner, rule, VersionedSemantics.IsVersioned(Node), values.SendsOldValues),
                rights.StoreNames),
            new JoinSide(
                otherName,
                other.Name,
                task => new TableJoinSideNode<TKey, TOther, TValue, TResult>(
                    otherName,
                    task,
                    lefts,
                    reversed,
                    rule.Reversed,
                    VersionedSemantics.IsVersioned(other.Node),
                    values.SendsOldValues),
                lefts.StoreNames),
            task => new TableJoinMergeNode<TKey, TResult>(name, task, storeName, values.SendsOldValues),
            storeName is null ? null : writer => TableStores.KeyValue(writer, name, materialized!, storeName))
        {
            IsOutputVersioned = materialized?.IsVersioned ?? false,
        };
        Graph.Add(Node, node);
        Graph.Add(other.Node, node);
        string[] sources = [.. Sources.Union(other.Sources, StringComparer.Ordinal)];
        Graph.Copartition(sources);
        return new KTable<TKey, TResult>(
            Graph,
            node,
            name,
            sources,
            materialized is null ? KeySerde : materialized.KeySerde,
            materialized?.ValueSerde,
            values,
            storeName);
    }
}

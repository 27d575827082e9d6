using MedStreams.Streams.Dsl.ForeignKeys;
using MedStreams.Streams.Dsl.Logical;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;

namespace MedStreams.Streams;

/// <content>
/// Joins by foreign key (KIP-213). Each record of this table has the value of one record of the other, many may have the same. The
/// topics need not have equally many partitions. A result's time is that of the change that made it, or the larger of both
/// sides' where this table changed.
/// </content>
public sealed partial class KTable<TKey, TValue>
{
    /// <summary>
    /// The records whose foreign key the other table has. Where a record loses its result, the result is deleted; sometimes a
    /// key is deleted that had none.
    /// </summary>
    /// <param name="other">The other table, by its own key.</param>
    /// <param name="foreignKeyExtractor">The key in the other table, from a value; null where there is none. Must always be the same for
    /// the same value, and is called for old values again.</param>
    /// <param name="joiner">Of this table's value and the other's, neither null; null from it is a deletion.</param>
    /// <param name="joined">Names and partitioners; null for the defaults.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable. Null keeps it only where an operator needs it.</param>
    /// <exception cref="TopologyException">The result's type cannot be null.</exception>
    public KTable<TKey, TResult> Join<TForeignKey, TForeign, TResult>(
        KTable<TForeignKey, TForeign> other,
        Func<TValue, TForeignKey?> foreignKeyExtractor,
        Func<TValue, TForeign, TResult?> joiner,
        TableJoined<TKey, TForeignKey>? joined = null,
        Materialized<TKey, TResult>? materialized = null) =>
        JoinForeign<TForeignKey, TForeign, TResult>(
            other, (_, value) => Of(foreignKeyExtractor(value)), joiner!, false, joined, materialized);

    /// <inheritdoc cref="Join{TForeignKey,TForeign,TResult}(KTable{TForeignKey,TForeign},Func{TValue,TForeignKey},Func{TValue,TForeign,TResult},TableJoined{TKey,TForeignKey},Materialized{TKey,TResult})"/>
    public KTable<TKey, TResult> Join<TForeignKey, TForeign, TResult>(
        KTable<TForeignKey, TForeign> other,
        Func<TValue, TForeignKey?> foreignKeyExtractor,
        Func<TValue, TForeign, TResult?> joiner,
        Materialized<TKey, TResult> materialized) =>
        Join(other, foreignKeyExtractor, joiner, null, materialized);

    /// <inheritdoc cref="Join{TForeignKey,TForeign,TResult}(KTable{TForeignKey,TForeign},Func{TValue,TForeignKey},Func{TValue,TForeign,TResult},TableJoined{TKey,TForeignKey},Materialized{TKey,TResult})"/>
    /// <param name="other">The other table, by its own key.</param>
    /// <param name="foreignKeyExtractor">The key in the other table, from key and value; null where there is none.</param>
    /// <param name="joiner">Of this table's value and the other's, neither null; null from it is a deletion.</param>
    /// <param name="joined">Names and partitioners; null for the defaults.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    public KTable<TKey, TResult> Join<TForeignKey, TForeign, TResult>(
        KTable<TForeignKey, TForeign> other,
        Func<TKey, TValue, TForeignKey?> foreignKeyExtractor,
        Func<TValue, TForeign, TResult?> joiner,
        TableJoined<TKey, TForeignKey>? joined = null,
        Materialized<TKey, TResult>? materialized = null) =>
        JoinForeign<TForeignKey, TForeign, TResult>(
            other, (key, value) => Of(foreignKeyExtractor(key, value)), joiner!, false, joined, materialized);

    /// <inheritdoc cref="Join{TForeignKey,TForeign,TResult}(KTable{TForeignKey,TForeign},Func{TKey,TValue,TForeignKey},Func{TValue,TForeign,TResult},TableJoined{TKey,TForeignKey},Materialized{TKey,TResult})"/>
    public KTable<TKey, TResult> Join<TForeignKey, TForeign, TResult>(
        KTable<TForeignKey, TForeign> other,
        Func<TKey, TValue, TForeignKey?> foreignKeyExtractor,
        Func<TValue, TForeign, TResult?> joiner,
        Materialized<TKey, TResult> materialized) =>
        Join(other, foreignKeyExtractor, joiner, null, materialized);

    /// <inheritdoc cref="Join{TForeignKey,TForeign,TResult}(KTable{TForeignKey,TForeign},Func{TValue,TForeignKey},Func{TValue,TForeign,TResult},TableJoined{TKey,TForeignKey},Materialized{TKey,TResult})"/>
    public KTable<TKey, TResult> Join<TForeignKey, TForeign, TResult>(
        KTable<TForeignKey, TForeign> other,
        Func<TValue, TForeignKey?> foreignKeyExtractor,
        Func<TValue, TForeign, TResult?> joiner,
        TableJoined<TKey, TForeignKey>? joined = null,
        Materialized<TKey, TResult>? materialized = null)
        where TForeignKey : struct =>
        JoinForeign<TForeignKey, TForeign, TResult>(
            other, (_, value) => OfNullable(foreignKeyExtractor(value)), joiner!, false, joined, materialized);

    /// <inheritdoc cref="Join{TForeignKey,TForeign,TResult}(KTable{TForeignKey,TForeign},Func{TKey,TValue,TForeignKey},Func{TValue,TForeign,TResult},TableJoined{TKey,TForeignKey},Materialized{TKey,TResult})"/>
    public KTable<TKey, TResult> Join<TForeignKey, TForeign, TResult>(
        KTable<TForeignKey, TForeign> other,
        Func<TKey, TValue, TForeignKey?> foreignKeyExtractor,
        Func<TValue, TForeign, TResult?> joiner,
        TableJoined<TKey, TForeignKey>? joined = null,
        Materialized<TKey, TResult>? materialized = null)
        where TForeignKey : struct =>
        JoinForeign<TForeignKey, TForeign, TResult>(
            other, (key, value) => OfNullable(foreignKeyExtractor(key, value)), joiner!, false, joined, materialized);

    /// <summary>
    /// All records of this table, with null for a value that the other table does not have, or where there is no foreign key.
    /// </summary>
    /// <param name="other">The other table, by its own key.</param>
    /// <param name="foreignKeyExtractor">The key in the other table, from a value; null where there is none. Must always be the same for
    /// the same value, and is called for old values again.</param>
    /// <param name="joiner">Of this table's value, never null, and the other's; null from it is a deletion.</param>
    /// <param name="joined">Names and partitioners; null for the defaults.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable. Null keeps it only where an operator needs it.</param>
    /// <exception cref="TopologyException">The result's type cannot be null.</exception>
    public KTable<TKey, TResult> LeftJoin<TForeignKey, TForeign, TResult>(
        KTable<TForeignKey, TForeign> other,
        Func<TValue, TForeignKey?> foreignKeyExtractor,
        Func<TValue, TForeign?, TResult?> joiner,
        TableJoined<TKey, TForeignKey>? joined = null,
        Materialized<TKey, TResult>? materialized = null) =>
        JoinForeign(other, (_, value) => Of(foreignKeyExtractor(value)), joiner, true, joined, materialized);

    /// <inheritdoc cref="LeftJoin{TForeignKey,TForeign,TResult}(KTable{TForeignKey,TForeign},Func{TValue,TForeignKey},Func{TValue,TForeign,TResult},TableJoined{TKey,TForeignKey},Materialized{TKey,TResult})"/>
    public KTable<TKey, TResult> LeftJoin<TForeignKey, TForeign, TResult>(
        KTable<TForeignKey, TForeign> other,
        Func<TValue, TForeignKey?> foreignKeyExtractor,
        Func<TValue, TForeign?, TResult?> joiner,
        Materialized<TKey, TResult> materialized) =>
        LeftJoin(other, foreignKeyExtractor, joiner, null, materialized);

    /// <inheritdoc cref="LeftJoin{TForeignKey,TForeign,TResult}(KTable{TForeignKey,TForeign},Func{TValue,TForeignKey},Func{TValue,TForeign,TResult},TableJoined{TKey,TForeignKey},Materialized{TKey,TResult})"/>
    /// <param name="other">The other table, by its own key.</param>
    /// <param name="foreignKeyExtractor">The key in the other table, from key and value; null where there is none.</param>
    /// <param name="joiner">Of this table's value, never null, and the other's; null from it is a deletion.</param>
    /// <param name="joined">Names and partitioners; null for the defaults.</param>
    /// <param name="materialized">How to keep the result; a name makes it queryable.</param>
    public KTable<TKey, TResult> LeftJoin<TForeignKey, TForeign, TResult>(
        KTable<TForeignKey, TForeign> other,
        Func<TKey, TValue, TForeignKey?> foreignKeyExtractor,
        Func<TValue, TForeign?, TResult?> joiner,
        TableJoined<TKey, TForeignKey>? joined = null,
        Materialized<TKey, TResult>? materialized = null) =>
        JoinForeign(other, (key, value) => Of(foreignKeyExtractor(key, value)), joiner, true, joined, materialized);

    /// <inheritdoc cref="LeftJoin{TForeignKey,TForeign,TResult}(KTable{TForeignKey,TForeign},Func{TKey,TValue,TForeignKey},Func{TValue,TForeign,TResult},TableJoined{TKey,TForeignKey},Materialized{TKey,TResult})"/>
    public KTable<TKey, TResult> LeftJoin<TForeignKey, TForeign, TResult>(
        KTable<TForeignKey, TForeign> other,
        Func<TKey, TValue, TForeignKey?> foreignKeyExtractor,
        Func<TValue, TForeign?, TResult?> joiner,
        Materialized<TKey, TResult> materialized) =>
        LeftJoin(other, foreignKeyExtractor, joiner, null, materialized);

    /// <inheritdoc cref="LeftJoin{TForeignKey,TForeign,TResult}(KTable{TForeignKey,TForeign},Func{TValue,TForeignKey},Func{TValue,TForeign,TResult},TableJoined{TKey,TForeignKey},Materialized{TKey,TResult})"/>
    public KTable<TKey, TResult> LeftJoin<TForeignKey, TForeign, TResult>(
        KTable<TForeignKey, TForeign> other,
        Func<TValue, TForeignKey?> foreignKeyExtractor,
        Func<TValue, TForeign?, TResult?> joiner,
        TableJoined<TKey, TForeignKey>? joined = null,
        Materialized<TKey, TResult>? materialized = null)
        where TForeignKey : struct =>
        JoinForeign(other, (_, value) => OfNullable(foreignKeyExtractor(value)), joiner, true, joined, materialized);

    /// <inheritdoc cref="LeftJoin{TForeignKey,TForeign,TResult}(KTable{TForeignKey,TForeign},Func{TKey,TValue,TForeignKey},Func{TValue,TForeign,TResult},TableJoined{TKey,TForeignKey},Materialized{TKey,TResult})"/>
    public KTable<TKey, TResult> LeftJoin<TForeignKey, TForeign, TResult>(
        KTable<TForeignKey, TForeign> other,
        Func<TKey, TValue, TForeignKey?> foreignKeyExtractor,
        Func<TValue, TForeign?, TResult?> joiner,
        TableJoined<TKey, TForeignKey>? joined = null,
        Materialized<TKey, TResult>? materialized = null)
        where TForeignKey : struct =>
        JoinForeign(other, (key, value) => OfNullable(foreignKeyExtractor(key, value)), joiner, true, joined, materialized);

    private static ForeignKey<TForeignKey>? Of<TForeignKey>(TForeignKey? key) =>
        key is null ? null : new ForeignKey<TForeignKey>(key);

    private static ForeignKey<TForeignKey>? OfNullable<TForeignKey>(TForeignKey? key)
        where TForeignKey : struct => key is { } known ? new ForeignKey<TForeignKey>(known) : null;

    private KTable<TKey, TResult> JoinForeign<TForeignKey, TForeign, TResult>(
        KTable<TForeignKey, TForeign> other,
        Func<TKey, TValue, ForeignKey<TForeignKey>?> extractor,
        Func<TValue, TForeign?, TResult?> joiner,
        bool isLeft,
        TableJoined<TKey, TForeignKey>? joined,
        Materialized<TKey, TResult>? given)
    {
        joined ??= new TableJoined<TKey, TForeignKey>();
        other.Values.EnableOldValues(force: true);
        Values.EnableOldValues(force: true);
        var names = ForeignKeyJoinNames.Take(Graph, joined.Name);
        var settings = new SubscriptionSettings<TKey, TValue, TForeignKey>(
            extractor,
            () => Graph.Serdes.Resolve(other.KeySerde, names.Send, isKey: true),
            () => Graph.Serdes.Resolve(ValueSerde, names.Send, isKey: false),
            names.RegistrationTopic,
            isLeft);
        var join = new ForeignKeyJoinGraphNode<TKey, TValue, TForeignKey, TForeign, TResult>(
            names, this, other, settings, (_, value, foreign) => joiner(value, foreign), joined);
        Graph.Add(Node, join);
        Graph.Add(other.Node, join);
        Graph.Copartition([.. other.Sources, names.RegistrationSource]);
        string[] sources = [.. Sources, names.ResponseSource];
        Graph.Copartition(sources);

        var materialized = given ?? new Materialized<TKey, TResult>();
        materialized = materialized with { KeySerde = materialized.KeySerde ?? KeySerde };
        var storeName = materialized.StoreName ?? Graph.NewStoreName(ForeignKeyJoinNames.OutputPrefix);
        var values = new SourceTable<TKey, TResult>(storeName, materialized.StoreName is not null);
        var result = new OperatorNode(
            names.Result,
            task => new TableSourceNode<TKey, TResult>(
                names.Result, task, values.IsMaterialized ? storeName : null, values.SendsOldValues))
        {
            IsOutputVersioned = materialized.IsVersioned,
            Store = writer => values.IsMaterialized
                ? TableStores.KeyValue(writer, names.Result, materialized, storeName)
                : null,
        };
        Graph.Add(join, result);
        return new KTable<TKey, TResult>(
            Graph, result, names.Result, sources, KeySerde, materialized.ValueSerde, values, materialized.StoreName);
    }
}

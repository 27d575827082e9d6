using MedStreams.Streams.Dsl.Operators;

namespace MedStreams.Streams.Dsl.Tables;

/// <summary>A table that joins two others by their keys; kept in a store where one was asked for, else computed when needed.</summary>
internal sealed class JoinedTable<TKey, TLeft, TRight, TResult>(
    TableValues<TKey, TLeft> left,
    TableValues<TKey, TRight> right,
    Func<TLeft?, TRight?, TResult?> joiner,
    JoinRule rule,
    string? store)
    : TableValues<TKey, TResult>
{
    public override bool EnableOldValues(bool force)
    {
        left.EnableOldValues(force: true);
        right.EnableOldValues(force: true);
        return SendsOldValues = true;
    }

    public override TableGetters<TKey, TResult> Getters()
    {
        if (store is not null)
            return TableGetters<TKey, TResult>.OfStore(store);
        var (lefts, rights) = (left.Getters(), right.Getters());
        return new TableGetters<TKey, TResult>(
            [.. lefts.StoreNames.Union(rights.StoreNames, StringComparer.Ordinal)],
            task => new Getter(lefts.Create(task), rights.Create(task), joiner, rule));
    }

    private sealed class Getter(
        TableGetter<TKey, TLeft> left,
        TableGetter<TKey, TRight> right,
        Func<TLeft?, TRight?, TResult?> joiner,
        JoinRule rule)
        : TableGetter<TKey, TResult>
    {
        public override ValueAndTimestamp<TResult>? Get(TKey key)
        {
            var (leftEntry, rightEntry) = (left.Get(key), right.Get(key));
            var (leftValue, rightValue) = (leftEntry.ValueOrNull(), rightEntry.ValueOrNull());
            if (!rule.Holds(leftValue is not null, rightValue is not null))
                return null;
            return joiner(leftValue, rightValue) is { } result
                ? new ValueAndTimestamp<TResult>(
                    result, Math.Max(leftEntry?.Timestamp ?? -1, rightEntry?.Timestamp ?? -1))
                : null;
        }
    }
}

namespace MedStreams.Streams;

/// <summary>
/// A question to a store (KIP-796); <see cref="KafkaStreams.Query"/> puts it to each partition that the instance has. The queries that there are:
/// <see cref="KeyQuery{TKey,TValue}"/>, <see cref="TimestampedKeyQuery{TKey,TValue}"/>, <see cref="RangeQuery{TKey,TValue}"/>,
/// <see cref="TimestampedRangeQuery{TKey,TValue}"/>, <see cref="PrefixQuery{TKey,TValue,TPrefix}"/>, <see cref="WindowKeyQuery{TKey,TValue}"/>,
/// <see cref="WindowRangeQuery{TKey,TValue}"/>, <see cref="SessionKeyQuery{TKey,TValue}"/>, <see cref="SessionRangeQuery{TKey,TValue}"/>,
/// <see cref="VersionedKeyQuery{TKey,TValue}"/>, <see cref="MultiVersionedKeyQuery{TKey,TValue}"/>.
/// </summary>
/// <typeparam name="TResult">What one partition answers.</typeparam>
public interface IQuery<TResult>;

/// <summary>What the engine can do with a query.</summary>
internal interface IStoreQuery<TResult> : IQuery<TResult>
{
    /// <summary>
    /// Asks a store that nobody else uses meanwhile. Answers false where the store is of another kind or holds other types.
    /// </summary>
    bool TryRun(QueryView view, out TResult? result);
}

/// <summary>How many entries a query answers at most, and where it goes on.</summary>
internal readonly record struct Paging(int Limit, QueryContinuation? After);

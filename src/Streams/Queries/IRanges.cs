using MedStreams.Streams.Queries;

namespace MedStreams.Streams;

/// <summary>Ranges of keys whose ends may be open also where keys are values that cannot be null.</summary>
internal interface IKeyRanges<TKey, TValue>
{
    /// <summary>The value of a key, if there is one.</summary>
    Found<TValue> Find(TKey key);

    IEnumerable<KeyValuePair<TKey, TValue>> Range(QueryBound<TKey>? from, QueryBound<TKey>? to, bool descending);
}

/// <inheritdoc cref="IKeyRanges{TKey,TValue}"/>
internal interface IWindowRanges<TKey, TValue>
{
    IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> Fetch(
        QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, long timeFrom, long timeTo);
}

/// <inheritdoc cref="IKeyRanges{TKey,TValue}"/>
internal interface ISessionRanges<TKey, TValue>
{
    IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> Fetch(QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo);
}

namespace MedStreams.Streams.Queries;

/// <summary>A value that may be missing, also of a type that cannot be null.</summary>
internal readonly record struct Found<TValue>(bool Exists, TValue? Value);

/// <summary>As <see cref="KeyQuery{TKey,TValue}"/>, and tells whether there is a value.</summary>
internal sealed record FindQuery<TKey, TValue>(TKey Key) : IStoreQuery<Found<TValue>>
{
    bool IStoreQuery<Found<TValue>>.TryRun(QueryView view, out Found<TValue> result)
    {
        switch (view.Store)
        {
            case IKeyFinder<TKey, TValue> store:
                result = store.Find(Key);
                return true;
            case IKeyFinder<TKey, ValueAndTimestamp<TValue>?> store:
                var entry = store.Find(Key);
                result = entry.Exists ? new Found<TValue>(true, entry.Value!.Value.Value) : default;
                return true;
            default:
                result = default;
                return false;
        }
    }
}

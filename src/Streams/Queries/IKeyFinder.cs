using MedStreams.Streams.Queries;

namespace MedStreams.Streams;

/// <summary>Tells a missing value from one that is null (default).</summary>
internal interface IKeyFinder<TKey, TValue>
{
    /// <summary>The value of a key, if there is one.</summary>
    Found<TValue> Find(TKey key);
}

namespace MedStreams.Streams;

/// <summary>A value of a key and the time from which on it holds.</summary>
/// <param name="Value">The value, never null.</param>
/// <param name="Timestamp">The first time at which it holds, in epoch milliseconds.</param>
/// <param name="ValidTo">
/// The first time at which it no longer holds; null where it is the newest. Told by <c>GetVersions</c> only; from <c>Get</c> it is null, as in
/// Kafka Streams.
/// </param>
public readonly record struct VersionedRecord<TValue>(TValue Value, long Timestamp, long? ValidTo = null);

/// <summary>What <see cref="IVersionedKeyValueStore{TKey,TValue}.Put"/> answers beside times.</summary>
public static class VersionedPut
{
    /// <summary>The version is the newest of its key: it holds until another one comes.</summary>
    public const long ValidToUndefined = -1;

    /// <summary>The version was too old to be kept: nothing has changed.</summary>
    public const long NotPut = long.MinValue;
}

/// <summary>
/// Values by key, each with its history (KIP-889). Times are epoch milliseconds. The newest version of a key stays; older ones stay for the
/// history's retention, by stream time, after the next one has come.
/// </summary>
public interface IReadOnlyVersionedKeyValueStore<TKey, TValue>
{
    /// <summary>The newest version of a key; null where there is none or it was deleted.</summary>
    VersionedRecord<TValue>? Get(TKey key);

    /// <summary>
    /// The version that held at a time; null where there was none, or the time is older than the history. The newest version is found
    /// however old it is.
    /// </summary>
    VersionedRecord<TValue>? Get(TKey key, long asOf);

    /// <summary>The versions that held at some time between both, which are included, earliest first (KIP-968).</summary>
    /// <param name="key">The key.</param>
    /// <param name="from">The first time of interest.</param>
    /// <param name="to">The last time of interest.</param>
    /// <param name="descending">Latest first.</param>
    IReadOnlyList<VersionedRecord<TValue>> GetVersions(TKey key, long from, long to, bool descending = false);
}

/// <summary>A versioned store as a processor sees it.</summary>
public interface IVersionedKeyValueStore<TKey, TValue> : IStateStore, IReadOnlyVersionedKeyValueStore<TKey, TValue>
{
    /// <summary>Sets the value of a key from a time on, until the next version; null deletes it from then on.</summary>
    /// <returns>
    /// The first time at which the value no longer holds, <see cref="VersionedPut.ValidToUndefined"/> or
    /// <see cref="VersionedPut.NotPut"/>.
    /// </returns>
    long Put(TKey key, TValue? value, long timestamp);

    /// <summary>Deletes a key from a time on, until the next version; answers what held until now at that time.</summary>
    VersionedRecord<TValue>? Delete(TKey key, long timestamp);
}

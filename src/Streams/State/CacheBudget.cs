namespace MedStreams.Streams.State;

/// <summary>
/// How many bytes the caches of one thread may hold back (<c>statestore.cache.max.bytes</c> over the number of threads). A store that
/// takes them over the bound flushes itself. Owned by the thread.
/// </summary>
/// <param name="maxBytes">The bound; 0 flushes after each write.</param>
internal sealed class CacheBudget(long maxBytes)
{
    public long MaxBytes { get; set; } = maxBytes;

    public long UsedBytes { get; set; }

    /// <summary>What <see cref="CommittedCache"/>s take beside it, up to the same bound.</summary>
    public long CommittedBytes { get; set; }

    public bool IsExceeded => UsedBytes > MaxBytes;
}

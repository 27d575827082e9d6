namespace MedStreams.Streams.State;

/// <summary>What lies below a cache: where its writes go when they are flushed.</summary>
internal abstract class BelowCache
{
    public abstract void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool delete);

    /// <summary>The value below the cache; false where that is what the store held before the cache's write.</summary>
    public virtual bool TryGet(ReadOnlySpan<byte> key, out StoreValue value)
    {
        value = StoreValue.None;
        return false;
    }
}

/// <summary>The store's own bytes, where the value is already: only the changelog is left.</summary>
internal sealed class ChangelogBelowCache(ChangeLogger? changelog) : BelowCache
{
    public override void Write(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool delete) =>
        changelog?.Log(key, value, delete);
}

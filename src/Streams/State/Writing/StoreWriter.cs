namespace MedStreams.Streams.State;

/// <summary>What happens with a write of a store: it goes into the overlay, and, at once or later, to the changelog and downstream.</summary>
internal abstract class StoreWriter
{
    /// <summary>True while writes are held back.</summary>
    public abstract bool HasUnflushed { get; }

    /// <summary>About how many bytes are held back.</summary>
    public virtual long HeldBytes => 0;

    /// <summary>Writes a value or, with <paramref name="delete"/>, a tombstone.</summary>
    public abstract void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool delete);

    /// <summary>A key is about to be read.</summary>
    public virtual void Touch(ReadOnlySpan<byte> key)
    {
    }

    /// <summary>Sends on what is held back.</summary>
    public abstract void Flush();

    /// <summary>Forgets what is held back.</summary>
    public abstract void Discard();
}

/// <summary>Writes go on at once.</summary>
internal sealed class DirectWriter(StoreBytes store, ChangeLogger? changelog) : StoreWriter
{
    public override bool HasUnflushed => false;

    public override void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool delete)
    {
        store.Overlay.Set(key, value, delete);
        changelog?.Log(key, value, delete);
    }

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override void Discard()
    {
        // Nothing is held back.
    }
}

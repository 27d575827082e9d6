namespace MedStreams.Streams.State;

/// <summary>Refuses: the store is another's, to be read only.</summary>
internal sealed class NoWriter(string store) : StoreWriter
{
    public override bool HasUnflushed => false;

    public override void Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool delete) => throw Refused(store);

    public override void Flush()
    {
        // Nothing is held back.
    }

    public override void Discard()
    {
        // Nothing is held back.
    }

    public static InvalidOperationException Refused(string store) =>
        new($"The global store {store} is open to all processors to read; only its own may write it.");
}

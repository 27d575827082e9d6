namespace MedStreams.Streams.State;

/// <summary>A version where it lies. Valid until it is disposed or the store is written.</summary>
internal ref struct VersionValue
{
    private readonly StoreValue _row;

    public VersionValue(StoreValue row, ReadOnlySpan<byte> bytes, long timestamp, long? validTo)
    {
        _row = row;
        Bytes = bytes;
        Timestamp = timestamp;
        ValidTo = validTo;
        Exists = true;
    }

    public static VersionValue None => default;

    public bool Exists { get; }

    public ReadOnlySpan<byte> Bytes { get; }

    public long Timestamp { get; }

    public long? ValidTo { get; }

    public void Dispose() => _row.Dispose();
}

namespace MedStreams.Streams.Kafka;

/// <summary>
/// Copies bytes into arrays of just their length, as Confluent.Kafka wants them, and uses an array again for the next bytes of
/// that length. Long ones, which are rare or dear anyway, get new arrays. Used by one thread.
/// </summary>
internal sealed class ArraysByLength
{
    private const int Longest = 2048; // all lengths in use would take 2 MiB
    private readonly byte[]?[] _arrays = new byte[Longest + 1][];

    /// <summary>The bytes in an array that is valid until the next call.</summary>
    public byte[] Copy(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > Longest)
            return bytes.ToArray();
        var array = _arrays[bytes.Length] ??= new byte[bytes.Length];
        bytes.CopyTo(array);
        return array;
    }
}

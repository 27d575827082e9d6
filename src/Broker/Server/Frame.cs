using System.Buffers;

namespace MedStreams.Broker.Server;

/// <summary>One request as it came, in a buffer of the pool.</summary>
internal sealed class Frame(byte[] buffer, int length) : IDisposable
{
    private byte[]? _buffer = buffer;

    /// <summary>The bytes after the length.</summary>
    public ReadOnlyMemory<byte> Bytes => _buffer.AsMemory(0, length);

    /// <summary>How many bytes there are.</summary>
    public int Length => length;

    /// <summary>Where the bytes are received into.</summary>
    public Memory<byte> Target => _buffer.AsMemory(0, length);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } returned)
            ArrayPool<byte>.Shared.Return(returned);
    }
}

namespace MedStreams.Dicom;

/// <summary>Hands on what is read from a stream, and writes the same bytes to another. Reading only; owns neither; not thread-safe.</summary>
/// <param name="from">Is read.</param>
/// <param name="to">Gets the same bytes.</param>
public sealed class CopyingStream(Stream from, Stream to) : ReadOnlyStream
{
    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var read = from.Read(buffer);
        to.Write(buffer[..read]);
        return read;
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await from.ReadAsync(buffer, cancellationToken);
        if (read > 0)
            await to.WriteAsync(buffer[..read], cancellationToken);
        return read;
    }
}

using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace MedStreams.Dicom.Web;

/// <summary>
/// The body of a request as <c>multipart/related</c> (RFC 2387), sent as its parts are read: in bounded memory, with a Content-Length where the length of every part is
/// known, else chunked.
/// </summary>
public sealed class MultipartRelatedContent : HttpContent
{
    private const int BufferLength = 128 << 10;

    private readonly IReadOnlyList<MultipartSource> _parts;
    private readonly string _boundary = "medstreams-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
    private readonly Action _progress;

    /// <summary>A body of some parts.</summary>
    /// <param name="type">The media type of the parts, which is the parameter <c>type</c> of the whole.</param>
    /// <param name="parts">The parts.</param>
    /// <param name="progress">Called whenever bytes were handed to the connection.</param>
    public MultipartRelatedContent(string type, IReadOnlyList<MultipartSource> parts, Action? progress = null)
    {
        (_parts, _progress) = (parts, progress ?? (static () => { }));
        Headers.ContentType = MediaTypeHeaderValue.Parse($"multipart/related; type=\"{type}\"; boundary={_boundary}");
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferLength);
        try
        {
            for (var i = 0; i < _parts.Count; i++)
            {
                await stream.WriteAsync(Head(i), cancellationToken);
                await CopyAsync(i, stream, buffer, cancellationToken);
            }

            await stream.WriteAsync(Tail(), cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true); // they are somebody's health
        }
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = Tail().Length;
        for (var i = 0; i < _parts.Count; i++)
        {
            if (_parts[i].Length is not { } part)
                return false;
            length += Head(i).Length + part;
        }

        return true;
    }

    private async Task CopyAsync(int index, Stream to, byte[] buffer, CancellationToken cancellationToken)
    {
        await using var from = await OfSourceAsync(index, () => _parts[index].OpenAsync(cancellationToken));
        var sent = 0L;
        while (await OfSourceAsync(index, () => from.ReadAsync(buffer.AsMemory(0, BufferLength), cancellationToken)) is > 0 and var count)
        {
            sent += count;
            if (sent > _parts[index].Length)
                break;
            await to.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            _progress();
        }

        if (_parts[index].Length is { } said && sent != said)
            throw new DicomWebException(DicomWebError.SourceFault, $"Part {index + 1} of {_parts.Count} of a request has another length than the {said} bytes that were said.");
    }

    /// <summary>Tells what goes wrong with the source from what goes wrong with the connection.</summary>
    private async ValueTask<T> OfSourceAsync<T>(int index, Func<ValueTask<T>> reading)
    {
        try
        {
            return await reading();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw new DicomWebException(DicomWebError.SourceFault, $"Part {index + 1} of {_parts.Count} of a request cannot be read.", e);
        }
    }

    private byte[] Head(int index) =>
        Encoding.ASCII.GetBytes($"{(index == 0 ? "" : "\r\n")}--{_boundary}\r\nContent-Type: {_parts[index].ContentType}\r\n\r\n");

    private byte[] Tail() => Encoding.ASCII.GetBytes($"{(_parts.Count == 0 ? "" : "\r\n")}--{_boundary}--\r\n");
}

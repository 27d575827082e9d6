using System.Net;

namespace MedStreams.Dicom.Web;

/// <summary>Instances as they come. Not thread-safe.</summary>
public sealed class WadoAnswer : IAsyncDisposable
{
    private readonly DicomWebAnswer _answer;
    private readonly Stream _body;
    private readonly MultipartReader? _parts;
    private readonly string _what;
    private bool _isSingleTaken;

    private WadoAnswer(DicomWebAnswer answer, Stream body, MultipartReader? parts, string what) =>
        (_answer, _body, _parts, _what) = (answer, body, parts, what);

    /// <summary>Whether the service says that it leaves some out (206, PS3.18 table 10.4.4-1).</summary>
    public bool IsPartial => _answer.Status == HttpStatusCode.PartialContent;

    /// <summary>The bytes of the next instance, a DICOM file (PS3.10), valid until the next one is asked for; null behind the last.</summary>
    /// <exception cref="DicomWebException">The answer ends too early, or is not what was asked for.</exception>
    public async ValueTask<Stream?> NextAsync(CancellationToken cancellationToken = default)
    {
        if (_parts is null)
        {
            var body = _isSingleTaken ? null : _body;
            _isSingleTaken = true;
            return body;
        }

        var part = await _parts.NextAsync(cancellationToken);
        if (part is null)
            return null;
        return part.ContentType.StartsWith("application/dicom", StringComparison.OrdinalIgnoreCase) && !part.ContentType.Contains('+', StringComparison.Ordinal)
            ? part.Content
            : throw new DicomWebException(DicomWebError.NotAcceptable, $"{_what}: a part of the answer, at byte {_parts.Position}, is no application/dicom.");
    }

    /// <summary>Closes the connection, or leaves it to others where all was read.</summary>
    public async ValueTask DisposeAsync()
    {
        _parts?.Dispose();
        await _body.DisposeAsync();
        _answer.Dispose();
    }

    internal static async ValueTask<WadoAnswer> OpenAsync(DicomWebAnswer answer, MultipartLimits limits, string what)
    {
        if (answer.MediaType is not ("multipart/related" or "application/dicom" or ""))
            throw new DicomWebException(DicomWebError.NotAcceptable, $"{what}: the answer is neither multipart/related nor application/dicom.");
        var isEmpty = answer.Status == HttpStatusCode.NoContent;
        var boundary = answer.MediaTypeParameter("boundary");
        if (boundary is null && !isEmpty && answer.MediaType != "application/dicom")
            throw new DicomWebException(DicomWebError.Malformed, $"{what}: the answer names no boundary.");
        var body = await answer.OpenAsync();
        var parts = boundary is null || isEmpty ? null : new MultipartReader(body, boundary, limits);
        return new WadoAnswer(answer, body, parts, what) { _isSingleTaken = isEmpty };
    }
}

namespace MedStreams.Dicom.Web;

/// <summary>A part that is sent.</summary>
/// <param name="ContentType">Its media type, such as <c>application/dicom</c>.</param>
/// <param name="OpenAsync">Opens its bytes, from the beginning; the stream is disposed when they are sent. Called again where a request is sent again.</param>
/// <param name="Length">How many bytes it has; null where that is not known before they are read.</param>
public sealed record MultipartSource(string ContentType, Func<CancellationToken, ValueTask<Stream>> OpenAsync, long? Length);

namespace MedStreams.Dicom.Web;

/// <summary>A part of a multipart message: its headers, and its content as it comes. It ends when the next one is asked for.</summary>
/// <param name="headers">By name, without regard to case.</param>
/// <param name="content">Its bytes; reading only, not to be disposed.</param>
public sealed class MultipartPart(IReadOnlyDictionary<string, string> headers, Stream content)
{
    /// <summary>The headers, by name without regard to case; of several of one name the last.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; } = headers;

    /// <summary>The content, without the line end that belongs to the boundary. Valid until the next part is asked for.</summary>
    public Stream Content { get; } = content;

    /// <summary>The media type, with its parameters; empty where it is not said.</summary>
    public string ContentType => Headers.GetValueOrDefault("Content-Type", "");
}

namespace MedStreams.Serialization.Registry;

/// <summary>A request to a registry, whatever carried it.</summary>
/// <param name="Method">The method, in capitals.</param>
/// <param name="Target">The path and query as they came, escaped.</param>
/// <param name="Body">The body.</param>
/// <param name="Authorization">The header of that name; null for none.</param>
public sealed record RegistryRequest(string Method, string Target, ReadOnlyMemory<byte> Body, string? Authorization = null);

/// <summary>A registry's answer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The body as UTF-8 JSON.</param>
/// <param name="Challenge">The header <c>WWW-Authenticate</c>; null for none.</param>
public sealed record RegistryResponse(int Status, ReadOnlyMemory<byte> Body, string? Challenge = null)
{
    /// <summary>The media type of all answers.</summary>
    public const string ContentType = "application/vnd.schemaregistry.v1+json";
}

namespace MedStreams.Sources.Pacs.Located;

/// <summary>Several stores as one, by the schemes of their addresses. Safe for several threads.</summary>
/// <param name="byScheme">The stores by scheme, such as <c>file</c>, <c>ftp</c>, <c>s3</c>.</param>
public sealed class SchemeStore(IReadOnlyDictionary<string, IObjectStore> byScheme) : IObjectStore
{
    /// <inheritdoc/>
    public string Name => string.Join(", ", byScheme.Values.Select(s => s.Name));

    /// <inheritdoc/>
    public Task<OpenedObject> OpenAsync(string location, long offset, CancellationToken cancellationToken) =>
        StoreOf(location).OpenAsync(location, offset, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> VersionAsync(string location, CancellationToken cancellationToken) => StoreOf(location).VersionAsync(location, cancellationToken);

    private IObjectStore StoreOf(string location)
    {
        var colon = location.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && byScheme.TryGetValue(location[..colon].ToLowerInvariant(), out var store)
            ? store
            : throw new ObjectStoreException(ObjectStoreFailure.Refused, "No store is set for addresses of its kind.");
    }
}

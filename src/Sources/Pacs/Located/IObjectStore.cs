namespace MedStreams.Sources.Pacs.Located;

/// <summary>Where objects lie under addresses: a disk, an FTP server, a bucket. Safe for several threads.</summary>
public interface IObjectStore
{
    /// <summary>What it is called in messages; no secret.</summary>
    string Name { get; }

    /// <summary>Opens an object for reading.</summary>
    /// <param name="location">Its address, such as <c>file:///archive/1.dcm</c>.</param>
    /// <param name="offset">The byte to begin with, from 0: an interrupted reading goes on there.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <exception cref="ObjectStoreException">It is not there, must not be read, or the store does not answer.</exception>
    Task<OpenedObject> OpenAsync(string location, long offset, CancellationToken cancellationToken);

    /// <summary>What an object is now, to compare with <see cref="OpenedObject.Version"/>; null where the store cannot tell.</summary>
    /// <exception cref="ObjectStoreException">It is not there any more, or the store does not answer.</exception>
    Task<string?> VersionAsync(string location, CancellationToken cancellationToken);
}

/// <summary>An object that is being read.</summary>
/// <param name="content">Its bytes, from the offset on.</param>
/// <param name="length">How many bytes the whole object has; null where the store does not tell.</param>
/// <param name="version">Changes with the object, such as its size and time or an ETag; null where the store does not tell.</param>
public sealed class OpenedObject(Stream content, long? length, string? version) : IAsyncDisposable
{
    /// <summary>Its bytes, from the offset on.</summary>
    public Stream Content { get; } = content;

    /// <summary>How many bytes the whole object has; null where the store does not tell.</summary>
    public long? Length { get; } = length;

    /// <summary>Changes with the object; null where the store does not tell.</summary>
    public string? Version { get; } = version;

    /// <summary>Ends the reading.</summary>
    public ValueTask DisposeAsync() => Content.DisposeAsync();
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Security;

/// <summary>
/// A JSON file that this process and others read and change: replaced as a whole, durably, under the folder's lock, by what
/// the change makes of what is in it at that moment. Safe for concurrent use.
/// </summary>
internal sealed class SharedDocument<T>
    where T : class, IVersionedDocument, new()
{
    private readonly SecurityFolder _folder;
    private readonly JsonTypeInfo<T> _type;
    private readonly Lock _gate = new();
    private byte[] _bytes = [];
    private volatile T _current = new();

    /// <summary>Reads the file; where there is none the document is empty.</summary>
    /// <exception cref="BrokerException">The file is damaged or of a later version.</exception>
    public SharedDocument(SecurityFolder folder, string name, JsonTypeInfo<T> type)
    {
        _folder = folder;
        _type = type;
        Path = folder.PathOf(name);
        Refresh();
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The document as it was last read or written.</summary>
    public T Current => _current;

    /// <summary>Reads the file again if it changed.</summary>
    /// <returns>Whether it changed.</returns>
    /// <exception cref="BrokerException">The file is damaged or of a later version; the document stays as it was.</exception>
    public bool Refresh()
    {
        lock (_gate)
        {
            // Read under the lock: what was read before another thread's change must not replace that change.
            var bytes = DurableFile.Read(_folder.Files, Path) ?? [];
            if (bytes.AsSpan().SequenceEqual(_bytes))
                return false;
            _current = Parse(bytes);
            _bytes = bytes;
            return true;
        }
    }

    /// <summary>Changes the document; on return the change is durable.</summary>
    /// <param name="change">Makes the new document of the present one; the same one where there is nothing to change.</param>
    /// <exception cref="IOException">The file could not be written; nothing has changed.</exception>
    /// <exception cref="BrokerException">The file is damaged or of a later version.</exception>
    public async ValueTask UpdateAsync(Func<T, T> change)
    {
        using var held = await _folder.LockAsync();
        Refresh();
        var changed = change(_current);
        if (ReferenceEquals(changed, _current))
            return;
        var bytes = JsonSerializer.SerializeToUtf8Bytes(changed, _type);
        DurableFile.Replace(_folder.Files, Path, bytes);
        lock (_gate)
        {
            _current = changed;
            _bytes = bytes;
        }
    }

    private T Parse(byte[] bytes)
    {
        if (bytes.Length == 0)
            return new();
        try
        {
            if (JsonSerializer.Deserialize(bytes, _type) is { IsKnownVersion: true } document)
                return document;
        }
        catch (JsonException exception)
        {
            throw new BrokerException($"{Path} cannot be read.", exception);
        }

        throw new BrokerException($"{Path} was written by a later release.");
    }
}

/// <summary>A document that says which release understands it.</summary>
internal interface IVersionedDocument
{
    /// <summary>Whether this release understands it.</summary>
    bool IsKnownVersion { get; }
}

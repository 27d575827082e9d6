namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>The keys of an archive: one that new objects are sealed with, and those of before, with which they can still be read. Immutable.</summary>
public sealed class ArchiveKeyRing
{
    private readonly Dictionary<string, ArchiveKey> _keys;

    /// <summary>A ring.</summary>
    /// <param name="keys">All keys, each name once.</param>
    /// <param name="current">The name of the one for new objects; null: new objects are not encrypted, old ones can be read.</param>
    /// <exception cref="ArgumentException">A name stands twice, or the current one is not among them.</exception>
    public ArchiveKeyRing(IEnumerable<ArchiveKey> keys, string? current)
    {
        _keys = new Dictionary<string, ArchiveKey>(StringComparer.Ordinal);
        foreach (var key in keys)
        {
            if (!_keys.TryAdd(key.Id, key))
                throw new ArgumentException($"There are two keys {key.Id}.", nameof(keys));
        }

        if (current is not null)
            Current = _keys.GetValueOrDefault(current) ?? throw new ArgumentException($"The current key {current} is not among the keys.", nameof(current));
    }

    /// <summary>No keys: nothing is encrypted.</summary>
    public static ArchiveKeyRing Empty { get; } = new([], null);

    /// <summary>The key for new objects; null: they are not encrypted.</summary>
    public ArchiveKey? Current { get; }

    internal IReadOnlyCollection<ArchiveKey> All => _keys.Values;

    internal ArchiveKey? Find(string id) => _keys.GetValueOrDefault(id);
}

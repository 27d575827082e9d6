namespace MedStreams.Broker.Storage;

/// <summary>
/// The transactions that were aborted in a segment, in the order of their markers: in memory, for they are few, and in a
/// file that is made with the first of them.
/// </summary>
/// <remarks>One writer; readers take <see cref="Entries"/>, which never changes.</remarks>
internal sealed class AbortedIndex : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _path;
    private AbortedTransaction[] _entries;

    /// <summary>Reads the file, if there is one, and ignores a torn last entry.</summary>
    public AbortedIndex(IFileSystem files, string path)
    {
        _files = files;
        _path = path;
        _entries = [];
        if (!files.FileExists(path))
            return;
        File = files.Open(path);
        var content = new byte[File.Length];
        var count = File.Read(0, content) / AbortedTransaction.Size;
        _entries = new AbortedTransaction[count];
        for (var i = 0; i < count; i++)
            _entries[i] = AbortedTransaction.Read(content.AsSpan(i * AbortedTransaction.Size));
    }

    /// <summary>The file, or null while there is none.</summary>
    public IStorageFile? File { get; private set; }

    /// <summary>The transactions so far.</summary>
    public ReadOnlySpan<AbortedTransaction> Entries => Volatile.Read(ref _entries);

    /// <summary>Appends one.</summary>
    public void Add(in AbortedTransaction transaction)
    {
        File ??= _files.Open(_path);
        Span<byte> entry = stackalloc byte[AbortedTransaction.Size];
        transaction.Write(entry);
        File.Write((long)_entries.Length * AbortedTransaction.Size, entry);
        Volatile.Write(ref _entries, [.. _entries, transaction]);
    }

    /// <summary>Makes the file if there is none yet.</summary>
    public void Make() => File ??= _files.Open(_path);

    /// <summary>How many there are.</summary>
    public int Count => Entries.Length;

    /// <summary>Removes all from one on.</summary>
    public void Truncate(int count)
    {
        if (File is null || count >= _entries.Length)
            return;
        File.Truncate((long)count * AbortedTransaction.Size);
        Volatile.Write(ref _entries, _entries[..count]);
    }

    /// <inheritdoc/>
    public void Dispose() => File?.Dispose();
}

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>
/// What the archive needs of a file system, and no more, so that tests can let every step fail. Failures are <see cref="IOException"/>. Safe for concurrent
/// use.
/// </summary>
/// <remarks>
/// A new, renamed or deleted name survives a power cut only after <see cref="SyncFolder"/> of its folder; written bytes only after <see cref="Sync"/>.
/// </remarks>
internal interface IArchiveFiles
{
    /// <summary>Makes a file that is not there yet, for writing; held by this process until it is closed.</summary>
    Stream Create(string path);

    /// <summary>Makes what was written to a file of <see cref="Create"/> durable.</summary>
    void Sync(Stream file);

    /// <summary>Gives a file its name; one that has it already is replaced in one step.</summary>
    void Rename(string from, string to);

    /// <summary>Makes a folder and those above it; nothing happens where it is there.</summary>
    void CreateFolder(string path);

    /// <summary>Makes the names in a folder durable.</summary>
    void SyncFolder(string path);

    /// <summary>Opens a file from its beginning.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    Stream OpenRead(string path);

    /// <summary>A file's length; null where it is not there.</summary>
    long? Length(string path);

    /// <summary>Removes a file; nothing happens where it is not there.</summary>
    void Delete(string path);

    /// <summary>Whether a file has not changed since that time; false where it is not there.</summary>
    bool IsLeftOver(string path, DateTimeOffset unchangedSince);

    /// <summary>Removes a file of <see cref="Create"/> that nobody holds and that has not changed since that time; answers whether it is gone.</summary>
    bool DeleteLeftOver(string path, DateTimeOffset unchangedSince);

    /// <summary>The names, without path, of the files in a folder, in no order; none where the folder is not there.</summary>
    IEnumerable<string> Files(string folder);

    /// <summary>The names, without path, of the folders in a folder, in order; none where the folder is not there.</summary>
    IReadOnlyList<string> Folders(string folder);
}

namespace MedStreams.Broker.Storage;

/// <summary>
/// What the log needs of a file system, and no more, so that tests can put faults and power cuts in its place.
/// Every operation is synchronous; failures are <see cref="IOException"/>. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A new, renamed or deleted name survives a power cut only after <see cref="SyncDirectory"/> of its folder; written
/// bytes survive only after <see cref="IStorageFile.SyncData"/>. Both survive the end of the process at once.
/// </remarks>
internal interface IFileSystem
{
    /// <summary>Opens a file for reading and writing; makes it, empty, when it is not there.</summary>
    IStorageFile Open(string path);

    /// <summary>Opens a file that is there for reading alone; changes to it are refused.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    IStorageFile OpenToRead(string path);

    /// <summary>Whether a file stands at the path.</summary>
    bool FileExists(string path);

    /// <summary>Whether a folder stands at the path.</summary>
    bool DirectoryExists(string path);

    /// <summary>Makes the folder and those above it; nothing happens when it is there.</summary>
    void CreateDirectory(string path);

    /// <summary>The files in a folder, in no order.</summary>
    IReadOnlyList<StoredFile> Files(string directory);

    /// <summary>The names (without path) of the folders in a folder, in no order.</summary>
    IReadOnlyList<string> Directories(string directory);

    /// <summary>Renames a file or folder; a file that stands at the target is replaced in one step.</summary>
    void Rename(string from, string to);

    /// <summary>Removes a file; nothing happens when it is not there.</summary>
    void Delete(string path);

    /// <summary>Removes a folder with everything in it; nothing happens when it is not there.</summary>
    void DeleteDirectory(string path);

    /// <summary>
    /// Takes hold of a file, which is made when it is not there, until the result is disposed of or the process ends; null
    /// when somebody else holds it.
    /// </summary>
    IDisposable? TryLock(string path);

    /// <summary>Makes the names in a folder durable.</summary>
    void SyncDirectory(string path);

    /// <summary>Makes the bytes of several files durable, in whatever way is fastest for that many.</summary>
    void SyncData(IReadOnlyList<IStorageFile> files);
}

/// <summary>A file as its folder lists it.</summary>
/// <param name="Name">The name without path.</param>
/// <param name="Length">The length in bytes.</param>
/// <param name="Written">When it was last written, in epoch milliseconds.</param>
internal readonly record struct StoredFile(string Name, long Length, long Written);

/// <summary>An open file. Reads and writes carry their position and may run concurrently.</summary>
internal interface IStorageFile : IDisposable
{
    /// <summary>Where the file was when it was opened.</summary>
    string Path { get; }

    /// <summary>The length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends; returns the number of bytes read.</summary>
    int Read(long position, Span<byte> buffer);

    /// <summary>Writes all bytes at the position, extending the file where needed.</summary>
    void Write(long position, ReadOnlySpan<byte> bytes);

    /// <summary>Cuts or extends the file.</summary>
    void Truncate(long length);

    /// <summary>Makes the written bytes and the length durable (fdatasync).</summary>
    void SyncData();
}

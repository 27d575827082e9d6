using System.IO.Enumeration;
using Microsoft.Win32.SafeHandles;

namespace MedStreams.Broker.Storage;

/// <summary>The operating system's file system.</summary>
internal sealed class PhysicalFileSystem : IFileSystem
{
    /// <summary>The one instance; it holds no state.</summary>
    public static PhysicalFileSystem Instance { get; } = new();

    private PhysicalFileSystem()
    {
    }

    /// <inheritdoc/>
    public IStorageFile Open(string path) => new PhysicalFile(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);

    /// <inheritdoc/>
    public IStorageFile OpenToRead(string path) => new PhysicalFile(path, FileMode.Open, FileAccess.Read);

    /// <inheritdoc/>
    public bool FileExists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public void CreateDirectory(string path) => Directory.CreateDirectory(path);

    /// <inheritdoc/>
    public IReadOnlyList<StoredFile> Files(string directory) =>
    [
        .. new FileSystemEnumerable<StoredFile>(directory, Describe)
        {
            ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory,
        },
    ];

    /// <inheritdoc/>
    public IReadOnlyList<string> Directories(string directory) =>
        [.. Directory.EnumerateDirectories(directory).Select(path => Path.GetFileName(path)!)];

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        if (Directory.Exists(from))
            Directory.Move(from, to);
        else
            File.Move(from, to, overwrite: true);
    }

    /// <inheritdoc/>
    public void Delete(string path) => File.Delete(path);

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path) => NativeSync.Directory(path);

    /// <summary>
    /// Starts the write-out of all files before it waits for any: measured a third faster than one after the other,
    /// and, unlike a sync of the whole file system, not held up by what other programs have written.
    /// </summary>
    public void SyncData(IReadOnlyList<IStorageFile> files)
    {
        if (files.Count > 1)
        {
            foreach (var file in files)
                NativeSync.StartWriteOut(((PhysicalFile)file).Handle);
        }

        foreach (var file in files)
            file.SyncData();
    }

    private static StoredFile Describe(ref FileSystemEntry entry) =>
        new(entry.FileName.ToString(), entry.Length, entry.LastWriteTimeUtc.ToUnixTimeMilliseconds());

    private sealed class PhysicalFile(string path, FileMode mode, FileAccess access) : IStorageFile
    {
        public SafeFileHandle Handle { get; } = OpenHandle(path, mode, access);

        public string Path => path;

        public long Length => RandomAccess.GetLength(Handle);

        public int Read(long position, Span<byte> buffer)
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(Handle, buffer[total..], position + total);
                if (read == 0)
                    break;
                total += read;
            }

            return total;
        }

        public void Write(long position, ReadOnlySpan<byte> bytes) => RandomAccess.Write(Handle, bytes, position);

        public void Truncate(long length) => RandomAccess.SetLength(Handle, length);

        public void SyncData() => NativeSync.Data(Handle);

        public void Dispose() => Handle.Dispose();

        private static SafeFileHandle OpenHandle(string path, FileMode mode, FileAccess access)
        {
            try
            {
                return File.OpenHandle(path, mode, access, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (UnauthorizedAccessException exception)
            {
                throw new IOException($"{path} may not be opened.", exception);
            }
        }
    }
}

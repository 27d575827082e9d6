using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

/// <summary>A file system that counts what is done with the files of segments.</summary>
internal sealed class CountingFiles(IFileSystem files) : IFileSystem
{
    private long _bytesRead;
    private int _opened;
    private int _synced;

    /// <summary>Bytes that were read from files of batches.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>How often a segment's file was opened: batches or an index.</summary>
    public int Opened => Volatile.Read(ref _opened);

    /// <summary>How often one was synced.</summary>
    public int Synced => Volatile.Read(ref _synced);

    public IStorageFile Open(string path)
    {
        if (IsOfSegment(path))
            Interlocked.Increment(ref _opened);
        return new CountingFile(this, files.Open(path));
    }

    public IStorageFile OpenToRead(string path) => files.OpenToRead(path);

    public bool FileExists(string path) => files.FileExists(path);

    public bool DirectoryExists(string path) => files.DirectoryExists(path);

    public void CreateDirectory(string path) => files.CreateDirectory(path);

    public IReadOnlyList<StoredFile> Files(string directory) => files.Files(directory);

    public IReadOnlyList<string> Directories(string directory) => files.Directories(directory);

    public void Rename(string from, string to) => files.Rename(from, to);

    public void Delete(string path) => files.Delete(path);

    public void DeleteDirectory(string path) => files.DeleteDirectory(path);

    public IDisposable? TryLock(string path) => files.TryLock(path);

    public void SyncDirectory(string path) => files.SyncDirectory(path);

    public void SyncData(IReadOnlyList<IStorageFile> synced)
    {
        foreach (var file in synced)
            file.SyncData();
    }

    private static bool IsOfSegment(string path) => LogFileNames.SegmentKinds.Any(kind => path.EndsWith(kind, StringComparison.Ordinal));

    private sealed class CountingFile(CountingFiles counts, IStorageFile file) : IStorageFile
    {
        public string Path => file.Path;

        public long Length => file.Length;

        public int Read(long position, Span<byte> buffer)
        {
            var read = file.Read(position, buffer);
            if (Path.EndsWith(LogFileNames.Log, StringComparison.Ordinal))
                Interlocked.Add(ref counts._bytesRead, read);
            return read;
        }

        public void Write(long position, ReadOnlySpan<byte> bytes) => file.Write(position, bytes);

        public void Truncate(long length) => file.Truncate(length);

        public void SyncData()
        {
            if (IsOfSegment(Path))
                Interlocked.Increment(ref counts._synced);
            file.SyncData();
        }

        public void Dispose() => file.Dispose();
    }
}

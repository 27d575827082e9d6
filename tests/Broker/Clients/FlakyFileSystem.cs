using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Clients;

/// <summary>The real file system, with operations that fail while a test wants them to.</summary>
internal sealed class FlakyFileSystem : IFileSystem
{
    private readonly PhysicalFileSystem _files = PhysicalFileSystem.Instance;

    /// <summary>Whether the disk is full: nothing can be written and no file made.</summary>
    public volatile bool IsFull;

    /// <summary>Whether syncs fail.</summary>
    public volatile bool FailsSyncs;

    /// <summary>Called after each read, with the file's path.</summary>
    public volatile Action<string>? AfterRead;

    private int _refused;

    /// <summary>How many operations failed.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public IStorageFile Open(string path)
    {
        if (IsFull && !_files.FileExists(path))
            Refuse("No space left on device.");
        return new FlakyFile(this, _files.Open(path));
    }

    public IStorageFile OpenToRead(string path) => new FlakyFile(this, _files.OpenToRead(path));

    public bool FileExists(string path) => _files.FileExists(path);

    public bool DirectoryExists(string path) => _files.DirectoryExists(path);

    public void CreateDirectory(string path)
    {
        if (IsFull && !_files.DirectoryExists(path))
            Refuse("No space left on device.");
        _files.CreateDirectory(path);
    }

    public IReadOnlyList<StoredFile> Files(string directory) => _files.Files(directory);

    public IReadOnlyList<string> Directories(string directory) => _files.Directories(directory);

    public void Rename(string from, string to) => _files.Rename(from, to);

    public void Delete(string path) => _files.Delete(path);

    public void DeleteDirectory(string path) => _files.DeleteDirectory(path);

    public IDisposable? TryLock(string path) => _files.TryLock(path);

    public void SyncDirectory(string path)
    {
        RefuseSync();
        _files.SyncDirectory(path);
    }

    public void SyncData(IReadOnlyList<IStorageFile> files)
    {
        RefuseSync();
        _files.SyncData([.. files.Select(file => ((FlakyFile)file).Real)]);
    }

    private void RefuseSync()
    {
        if (FailsSyncs)
            Refuse("Input/output error.");
    }

    private void Refuse(string why)
    {
        Interlocked.Increment(ref _refused);
        throw new IOException(why);
    }

    private sealed class FlakyFile(FlakyFileSystem files, IStorageFile real) : IStorageFile
    {
        public IStorageFile Real => real;

        public string Path => real.Path;

        public long Length => real.Length;

        public int Read(long position, Span<byte> buffer)
        {
            var read = real.Read(position, buffer);
            files.AfterRead?.Invoke(Path);
            return read;
        }

        public void Write(long position, ReadOnlySpan<byte> bytes)
        {
            if (files.IsFull)
            {
                // As a disk that fills up: a part is written.
                real.Write(position, bytes[..(bytes.Length / 2)]);
                files.Refuse("No space left on device.");
            }

            real.Write(position, bytes);
        }

        public void Truncate(long length) => real.Truncate(length);

        public void SyncData()
        {
            files.RefuseSync();
            real.SyncData();
        }

        public void Dispose() => real.Dispose();
    }
}

namespace MedStreams.Broker.Storage;

/// <summary>
/// A file system that keeps no more files open than it may: a file is opened when it is first used, and one that was not used
/// lately is closed again when there are too many. So logs can hold more files than the process may have open.
/// </summary>
/// <remarks>
/// A file with bytes that were not synced is synced before it is closed. When that fails it stays open, and the next sync
/// reports the failure: the system tells it only to those who have the file open. Safe for concurrent use.
/// </remarks>
/// <param name="files">The real file system.</param>
/// <param name="limit">How many files may be open, 1 or more; files in use at one time may exceed it.</param>
internal sealed class FileHandleCache(IFileSystem files, int limit) : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly LinkedList<CachedFile> _open = []; // in the order in which they are looked at

    /// <summary>How many files are open.</summary>
    public int OpenCount
    {
        get
        {
            lock (_gate)
                return _open.Count;
        }
    }

    /// <summary>How often a file was opened.</summary>
    public long Opens { get; private set; }

    /// <inheritdoc/>
    public IStorageFile Open(string path) => new CachedFile(this, path);

    /// <inheritdoc/>
    public IStorageFile OpenToRead(string path) => files.OpenToRead(path);

    /// <inheritdoc/>
    public bool FileExists(string path) => files.FileExists(path);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => files.DirectoryExists(path);

    /// <inheritdoc/>
    public void CreateDirectory(string path) => files.CreateDirectory(path);

    /// <inheritdoc/>
    public IReadOnlyList<StoredFile> Files(string directory) => files.Files(directory);

    /// <inheritdoc/>
    public IReadOnlyList<string> Directories(string directory) => files.Directories(directory);

    /// <inheritdoc/>
    public void Rename(string from, string to) => files.Rename(from, to);

    /// <inheritdoc/>
    public void Delete(string path) => files.Delete(path);

    /// <inheritdoc/>
    public void DeleteDirectory(string path) => files.DeleteDirectory(path);

    /// <inheritdoc/>
    public IDisposable? TryLock(string path) => files.TryLock(path);

    /// <inheritdoc/>
    public void SyncDirectory(string path) => files.SyncDirectory(path);

    /// <inheritdoc/>
    public void SyncData(IReadOnlyList<IStorageFile> synced)
    {
        var uses = new List<CachedFile.Use>(synced.Count);
        try
        {
            foreach (var file in synced)
                uses.Add(((CachedFile)file).BeginSync());
            files.SyncData([.. uses.Select(use => use.File)]);
            foreach (var use in uses)
                use.Synced();
        }
        finally
        {
            foreach (var use in uses)
                use.Dispose();
        }
    }

    private LinkedListNode<CachedFile> Add(CachedFile file)
    {
        lock (_gate)
        {
            Opens++;
            return _open.AddLast(file);
        }
    }

    private void Remove(LinkedListNode<CachedFile> node)
    {
        lock (_gate)
            _open.Remove(node);
    }

    /// <summary>Closes files until there are few enough: the one that was not used for longest first, about.</summary>
    private void Trim()
    {
        // Twice around at most: the first time forgets who was used, the second closes.
        for (var looks = 2 * limit; looks >= 0; looks--)
        {
            CachedFile file;
            lock (_gate)
            {
                if (_open.Count <= limit || _open.First is not { } first)
                    return;
                _open.RemoveFirst();
                _open.AddLast(first);
                file = first.Value;
            }

            file.CloseIfIdle();
        }
    }

    private sealed class CachedFile(FileHandleCache cache, string path) : IStorageFile
    {
        private readonly Lock _gate = new();
        private LinkedListNode<CachedFile>? _node;
        private IStorageFile? _file;
        private IOException? _failure;
        private int _users;
        private long _written;
        private long _synced;
        private bool _wasOpened;
        private bool _wasUsed;
        private bool _disposed;

        public string Path => path;

        public long Length
        {
            get
            {
                using var use = Begin();
                return use.File.Length;
            }
        }

        public int Read(long position, Span<byte> buffer)
        {
            using var use = Begin();
            return use.File.Read(position, buffer);
        }

        public void Write(long position, ReadOnlySpan<byte> bytes)
        {
            using var use = Begin(writes: true);
            use.File.Write(position, bytes);
        }

        public void Truncate(long length)
        {
            using var use = Begin(writes: true);
            use.File.Truncate(length);
        }

        public void SyncData()
        {
            using var use = BeginSync();
            use.File.SyncData();
            use.Synced();
        }

        public void Dispose()
        {
            lock (_gate)
            {
                _disposed = true;
                if (_users == 0)
                    Close();
            }
        }

        public Use BeginSync()
        {
            var use = Begin();
            lock (_gate)
            {
                if (Interlocked.Exchange(ref _failure, null) is not { } failure)
                    return use;
                EndLocked();
                throw failure;
            }
        }

        /// <summary>Closes the file unless somebody uses it or did so since the last look.</summary>
        public void CloseIfIdle()
        {
            lock (_gate)
            {
                if (_file is null || _users > 0)
                    return;
                if (_wasUsed)
                {
                    _wasUsed = false;
                    return;
                }

                if (_failure is not null || !SyncedBeforeClosing())
                    return;
                Close();
            }
        }

        private bool SyncedBeforeClosing()
        {
            try
            {
                if (_written > _synced)
                    _file!.SyncData();
                _synced = _written;
                return true;
            }
            catch (IOException exception)
            {
                _failure = exception;
                return false;
            }
        }

        private Use Begin(bool writes = false)
        {
            var opened = false;
            Use use;
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_disposed, this);
                if (_file is null)
                {
                    _file = OpenNow();
                    _node = cache.Add(this);
                    opened = true;
                }

                _users++;
                _wasUsed = true;
                if (writes)
                    _written++;
                use = new(this, _file, _written);
            }

            if (opened)
                cache.Trim();
            return use;
        }

        private IStorageFile OpenNow()
        {
            // Only the first time is a file made: one that is gone since then was removed by somebody else.
            if (_wasOpened && !cache.FileExists(path))
                throw new FileNotFoundException($"{path} is not there any more.", path);
            var file = cache.OpenReal(path);
            _wasOpened = true;
            return file;
        }

        private void End()
        {
            lock (_gate)
                EndLocked();
        }

        private void EndLocked()
        {
            if (--_users == 0 && _disposed)
                Close();
        }

        private void Close()
        {
            _file?.Dispose();
            _file = null;
            if (_node is { } node)
                cache.Remove(node);
            _node = null;
        }

        /// <summary>A use of the open file, which stays open until it ends.</summary>
        public readonly struct Use(CachedFile owner, IStorageFile file, long written) : IDisposable
        {
            public IStorageFile File => file;

            public void Synced()
            {
                lock (owner._gate)
                    owner._synced = Math.Max(owner._synced, written);
            }

            public void Dispose() => owner.End();
        }
    }

    private IStorageFile OpenReal(string path) => files.Open(path);
}

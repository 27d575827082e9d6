namespace MedStreams.Broker.Storage;

/// <summary>
/// Shows a file system as it is and keeps every change to itself, in memory; so what a start or a recovery would do can be
/// tried out. <see cref="Changes"/> tells what came of it. Safe for concurrent use.
/// </summary>
/// <remarks>A file that is written to is copied into memory whole: recovery writes indexes, never batches.</remarks>
internal sealed class DryRunFileSystem(IFileSystem real) : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DryFile?> _files = []; // null: removed
    private readonly Dictionary<string, bool> _directories = []; // false: removed

    /// <summary>What differs from the real files below a folder, in the order of the paths.</summary>
    public IReadOnlyList<FileChange> Changes(string directory)
    {
        lock (_gate)
        {
            return
            [
                .. _files
                    .Where(entry => entry.Key.StartsWith(directory + "/", StringComparison.Ordinal))
                    .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                    .Select(entry => Change(entry.Key, entry.Value))
                    .OfType<FileChange>(),
                .. _directories
                    .Where(entry => !entry.Value && entry.Key.StartsWith(directory + "/", StringComparison.Ordinal))
                    .OrderBy(entry => entry.Key, StringComparer.Ordinal)
                    .Select(entry => new FileChange(entry.Key, FileChangeKind.Removed, 0)),
            ];
        }
    }

    /// <inheritdoc/>
    public IStorageFile Open(string path)
    {
        lock (_gate)
            return new Handle(this, Find(path) ?? Put(path, new DryFile(path)));
    }

    /// <inheritdoc/>
    public IStorageFile OpenToRead(string path)
    {
        lock (_gate)
            return new Handle(this, Find(path) ?? throw new FileNotFoundException("There is no such file.", path));
    }

    /// <inheritdoc/>
    public bool FileExists(string path)
    {
        lock (_gate)
            return _files.TryGetValue(path, out var file) ? file is not null : !IsBelowRemoved(path) && real.FileExists(path);
    }

    /// <inheritdoc/>
    public bool DirectoryExists(string path)
    {
        lock (_gate)
            return _directories.TryGetValue(path, out var there) ? there : real.DirectoryExists(path);
    }

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        lock (_gate)
        {
            if (!DirectoryExists(path))
                _directories[path] = true;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<StoredFile> Files(string directory)
    {
        lock (_gate)
        {
            var untouched = IsBelowRemoved(directory + "/") || !real.DirectoryExists(directory)
                ? []
                : real.Files(directory).Where(file => !_files.ContainsKey(Path.Combine(directory, file.Name)));
            var own = _files
                .Where(entry => entry.Value is not null && Path.GetDirectoryName(entry.Key) == directory)
                .Select(entry => new StoredFile(Path.GetFileName(entry.Key), entry.Value!.Length, 0));
            return [.. untouched, .. own];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Directories(string directory)
    {
        lock (_gate)
        {
            return
            [
                .. real.Directories(directory).Where(name => !_directories.ContainsKey(Path.Combine(directory, name))),
                .. _directories
                    .Where(entry => entry.Value && Path.GetDirectoryName(entry.Key) == directory)
                    .Select(entry => Path.GetFileName(entry.Key)),
            ];
        }
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            if (Find(from) is not { } file)
                throw new NotSupportedException("Only files are renamed when a broker starts.");
            _files[to] = file;
            _files[from] = null;
        }
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        lock (_gate)
        {
            if (FileExists(path))
                _files[path] = null;
        }
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        lock (_gate)
        {
            foreach (var file in _files.Keys.Where(file => file.StartsWith(path + "/", StringComparison.Ordinal)).ToList())
                _files.Remove(file);
            _directories[path] = false;
        }
    }

    /// <summary>Takes a lock that is there, which changes nothing; where none is, nobody can hold it.</summary>
    public IDisposable? TryLock(string path) => real.FileExists(path) ? real.TryLock(path) : new NoLock();

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
    }

    /// <inheritdoc/>
    public void SyncData(IReadOnlyList<IStorageFile> files)
    {
    }

    private DryFile? Find(string path)
    {
        if (_files.TryGetValue(path, out var known))
            return known;
        return !IsBelowRemoved(path) && real.FileExists(path) ? Put(path, new DryFile(path, real)) : null;
    }

    private DryFile Put(string path, DryFile file)
    {
        _files[path] = file;
        return file;
    }

    private bool IsBelowRemoved(string path) =>
        _directories.Any(entry => !entry.Value && path.StartsWith(entry.Key + "/", StringComparison.Ordinal));

    private FileChange? Change(string path, DryFile? file)
    {
        var isThere = real.FileExists(path);
        if (file is null)
            return isThere ? new(path, FileChangeKind.Removed, LengthOf(path)) : null;
        if (!isThere)
            return file.Length > 0 ? new(path, FileChangeKind.Made, file.Length) : null;
        if (file.Path == path && file.IsCut)
            return new(path, FileChangeKind.Cut, LengthOf(path) - file.Length);
        return file.Path == path && file.IsSame ? null : new(path, FileChangeKind.Rewritten, file.Length);
    }

    private long LengthOf(string path)
    {
        using var file = real.OpenToRead(path);
        return file.Length;
    }

    private sealed class NoLock : IDisposable
    {
        public void Dispose()
        {
        }
    }

    /// <summary>A file: the real one up to a length, or, once it was written to, bytes in memory.</summary>
    private sealed class DryFile
    {
        private readonly IFileSystem? _real;
        private readonly long _realLength;
        private byte[]? _content;

        /// <summary>A new, empty file.</summary>
        public DryFile(string path)
        {
            Path = path;
            _content = [];
        }

        /// <summary>A file that is there.</summary>
        public DryFile(string path, IFileSystem real)
        {
            Path = path;
            _real = real;
            using var file = real.OpenToRead(path);
            Length = _realLength = file.Length;
        }

        public string Path { get; }

        public long Length { get; private set; }

        public bool IsCut => _content is null && Length < _realLength;

        public bool IsSame => Length == _realLength
            && (_content is null || _content.AsSpan(0, (int)Length).SequenceEqual(ReadReal()));

        public int Read(long position, Span<byte> buffer)
        {
            var count = (int)Math.Clamp(Length - position, 0, buffer.Length);
            if (_content is not null)
            {
                _content.AsSpan((int)Math.Min(position, Length), count).CopyTo(buffer);
                return count;
            }

            using var file = _real!.OpenToRead(Path);
            return file.Read(position, buffer[..count]);
        }

        public void Write(long position, ReadOnlySpan<byte> bytes)
        {
            _content ??= ReadReal();
            var end = checked((int)position + bytes.Length);
            if (end > _content.Length)
                Array.Resize(ref _content, Math.Max(end, _content.Length * 2));
            bytes.CopyTo(_content.AsSpan((int)position));
            Length = Math.Max(Length, end);
        }

        public void Truncate(long length)
        {
            if (length > Length)
                Write(Length, new byte[length - Length]);
            _content?.AsSpan((int)length).Clear();
            Length = length;
        }

        private byte[] ReadReal()
        {
            var content = new byte[Length];
            using var file = _real!.OpenToRead(Path);
            _ = file.Read(0, content);
            return content;
        }
    }

    private sealed class Handle(DryRunFileSystem files, DryFile file) : IStorageFile
    {
        public string Path => file.Path;

        public long Length
        {
            get
            {
                lock (files._gate)
                    return file.Length;
            }
        }

        public int Read(long position, Span<byte> buffer)
        {
            lock (files._gate)
                return file.Read(position, buffer);
        }

        public void Write(long position, ReadOnlySpan<byte> bytes)
        {
            lock (files._gate)
                file.Write(position, bytes);
        }

        public void Truncate(long length)
        {
            lock (files._gate)
                file.Truncate(length);
        }

        public void SyncData()
        {
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>How a file would change.</summary>
internal enum FileChangeKind
{
    /// <summary>It would be removed, a folder with all that is in it.</summary>
    Removed,

    /// <summary>Its end would be cut off.</summary>
    Cut,

    /// <summary>Its content would be another.</summary>
    Rewritten,

    /// <summary>It would be made.</summary>
    Made,
}

/// <summary>A change that <see cref="DryRunFileSystem"/> kept to itself.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Kind">What would happen to it.</param>
/// <param name="Bytes">The bytes that would be cut off or removed, or that it would hold.</param>
internal readonly record struct FileChange(string Path, FileChangeKind Kind, long Bytes);

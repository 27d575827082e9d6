using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Tests.Storage;

/// <summary>
/// A disk in memory that knows what is durable: bytes after a sync of their file, names after a sync of their folder.
/// <see cref="PowerCut"/> keeps that and, of the rest, whatever the disk happened to have written; operations can be made to
/// fail.
/// </summary>
internal sealed class SimulatedDisk : IFileSystem
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Node> _names;
    private readonly Dictionary<string, Node> _durableNames;
    private readonly HashSet<string> _locks = [];
    private bool _dead;

    public SimulatedDisk()
        : this([], [])
    {
    }

    private SimulatedDisk(Dictionary<string, Node> names, Dictionary<string, Node> durableNames)
    {
        _names = names;
        _durableNames = durableNames;
    }

    /// <summary>Called before each change and sync with the operation's name and path; what it throws comes out of the operation.</summary>
    public Action<string, string>? Before { get; set; }

    /// <summary>How often files were synced.</summary>
    public int Syncs { get; private set; }

    /// <summary>
    /// The disk after the end of the process: everything that was written is there, and no more durable than before.
    /// </summary>
    public SimulatedDisk Kill()
    {
        lock (_gate)
        {
            _dead = true;
            var copies = _names.Values.Concat(_durableNames.Values).Distinct().ToDictionary(node => node, node => node.Copy());
            return new SimulatedDisk(Copied(_names), Copied(_durableNames));

            Dictionary<string, Node> Copied(Dictionary<string, Node> names) =>
                names.ToDictionary(entry => entry.Key, entry => copies[entry.Value]);
        }
    }

    /// <summary>
    /// The disk after a power cut. Of each file with bytes that were not synced, a random part of the changed blocks is there, and
    /// the length is the durable one, the last one, or one in between.
    /// </summary>
    public SimulatedDisk PowerCut(Random random)
    {
        lock (_gate)
        {
            _dead = true;
            var left = _durableNames
                .Where(entry => IsReachable(entry.Key))
                .ToDictionary(entry => entry.Key, entry => entry.Value.Torn(random));
            return new SimulatedDisk(left, new(left));
        }
    }

    public IStorageFile Open(string path)
    {
        lock (_gate)
        {
            Guard("open", path);
            if (!_names.TryGetValue(path, out var node))
                _names[path] = node = new Node([]);
            return new Handle(this, path, node);
        }
    }

    public IStorageFile OpenToRead(string path)
    {
        lock (_gate)
        {
            if (_dead)
                throw new IOException("The process has ended.");
            return _names.TryGetValue(path, out var node) && !node.IsFolder
                ? new Handle(this, path, node)
                : throw new FileNotFoundException("There is no such file.", path);
        }
    }

    public bool FileExists(string path)
    {
        lock (_gate)
            return _names.TryGetValue(path, out var node) && !node.IsFolder;
    }

    public bool DirectoryExists(string path)
    {
        lock (_gate)
            return _names.TryGetValue(path, out var node) && node.IsFolder;
    }

    public void CreateDirectory(string path)
    {
        lock (_gate)
        {
            Guard("mkdir", path);
            for (var at = path; at.Length > 1 && !_names.ContainsKey(at); at = Path.GetDirectoryName(at)!)
                _names[at] = new Node(null);
        }
    }

    public IReadOnlyList<StoredFile> Files(string directory)
    {
        lock (_gate)
            return [.. Children(directory, folders: false).Select(entry => new StoredFile(Path.GetFileName(entry.Key), entry.Value.Content.Length, 0))];
    }

    public IReadOnlyList<string> Directories(string directory)
    {
        lock (_gate)
            return [.. Children(directory, folders: true).Select(entry => Path.GetFileName(entry.Key))];
    }

    public void Rename(string from, string to)
    {
        lock (_gate)
        {
            Guard("rename", to);
            foreach (var (path, node) in _names.Where(entry => entry.Key == from || IsBelow(entry.Key, from)).ToList())
            {
                _names.Remove(path);
                _names[to + path[from.Length..]] = node;
            }
        }
    }

    public void Delete(string path)
    {
        lock (_gate)
        {
            Guard("delete", path);
            _names.Remove(path);
        }
    }

    public void DeleteDirectory(string path)
    {
        lock (_gate)
        {
            Guard("rmdir", path);
            foreach (var name in _names.Keys.Where(name => name == path || IsBelow(name, path)).ToList())
                _names.Remove(name);
        }
    }

    public IDisposable? TryLock(string path)
    {
        lock (_gate)
            return _locks.Add(path) ? new Held(this, path) : null;
    }

    public void SyncDirectory(string path)
    {
        lock (_gate)
        {
            Guard("syncdir", path);
            foreach (var name in _durableNames.Keys.Where(name => Path.GetDirectoryName(name) == path).ToList())
                _durableNames.Remove(name);
            foreach (var (name, node) in _names.Where(entry => Path.GetDirectoryName(entry.Key) == path))
                _durableNames[name] = node;
        }
    }

    public void SyncData(IReadOnlyList<IStorageFile> files)
    {
        foreach (var file in files)
            file.SyncData();
    }

    /// <summary>The bytes of a file, as the process sees them.</summary>
    public byte[] Content(string path)
    {
        lock (_gate)
            return _names[path].Content[..];
    }

    /// <summary>All files with their bytes, as the process sees them.</summary>
    public IReadOnlyDictionary<string, string> Everything()
    {
        lock (_gate)
        {
            return _names
                .Where(entry => !entry.Value.IsFolder)
                .ToDictionary(entry => entry.Key, entry => Convert.ToHexString(entry.Value.Content));
        }
    }

    /// <summary>Replaces the bytes of a file, durably.</summary>
    public void Put(string path, byte[] content)
    {
        lock (_gate)
        {
            _names[path] = new Node(content);
            _durableNames[path] = _names[path];
        }
    }

    private static bool IsBelow(string path, string folder) => path.StartsWith(folder + "/", StringComparison.Ordinal);

    private bool IsReachable(string path)
    {
        for (var at = Path.GetDirectoryName(path)!; at.Length > 1; at = Path.GetDirectoryName(at)!)
        {
            // The roots of the tests are taken as durable.
            if (_names.ContainsKey(Path.GetDirectoryName(at)!) && !_durableNames.ContainsKey(at))
                return false;
        }

        return true;
    }

    private IEnumerable<KeyValuePair<string, Node>> Children(string directory, bool folders) =>
        _names.Where(entry => Path.GetDirectoryName(entry.Key) == directory && entry.Value.IsFolder == folders);

    private void Guard(string operation, string path)
    {
        if (_dead)
            throw new IOException("The process has ended.");
        Before?.Invoke(operation, path);
    }

    private sealed class Held(SimulatedDisk disk, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (disk._gate)
                disk._locks.Remove(path);
        }
    }

    /// <summary>A file, or a folder where there are no bytes.</summary>
    private sealed class Node(byte[]? content)
    {
        public byte[] Content { get; set; } = content?[..] ?? [];

        public byte[] Durable { get; set; } = content?[..] ?? [];

        public bool IsFolder => content is null;

        public Node Copy() => new(content is null ? null : Content) { Durable = Durable[..] };

        public Node Torn(Random random)
        {
            const int Block = 512;
            if (IsFolder)
                return new Node(null);
            var length = random.Next(3) switch
            {
                0 => Durable.Length,
                1 => Content.Length,
                _ => random.Next(Math.Min(Durable.Length, Content.Length), Math.Max(Durable.Length, Content.Length) + 1),
            };
            var torn = new byte[length];
            Durable.AsSpan(0, Math.Min(length, Durable.Length)).CopyTo(torn);
            for (var at = 0; at < length; at += Block)
            {
                var end = Math.Min(at + Block, Math.Min(length, Content.Length));
                if (end > at && random.Next(2) == 0)
                    Content.AsSpan(at, end - at).CopyTo(torn.AsSpan(at));
            }

            return new Node(torn);
        }
    }

    private sealed class Handle(SimulatedDisk disk, string path, Node node) : IStorageFile
    {
        private bool _closed;

        public string Path => path;

        public long Length
        {
            get
            {
                lock (disk._gate)
                {
                    ObjectDisposedException.ThrowIf(_closed, this);
                    return node.Content.Length;
                }
            }
        }

        public int Read(long position, Span<byte> buffer)
        {
            lock (disk._gate)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                var count = (int)Math.Clamp(node.Content.Length - position, 0, buffer.Length);
                node.Content.AsSpan((int)Math.Min(position, node.Content.Length), count).CopyTo(buffer);
                return count;
            }
        }

        public void Write(long position, ReadOnlySpan<byte> bytes)
        {
            lock (disk._gate)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                disk.Guard("write", path);
                if (node.Content.Length < position + bytes.Length)
                    node.Content = Resized((int)position + bytes.Length);
                bytes.CopyTo(node.Content.AsSpan((int)position));
            }
        }

        public void Truncate(long length)
        {
            lock (disk._gate)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                disk.Guard("truncate", path);
                node.Content = Resized((int)length);
            }
        }

        public void SyncData()
        {
            lock (disk._gate)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                disk.Guard("sync", path);
                disk.Syncs++;
                node.Durable = node.Content[..];
            }
        }

        public void Dispose() => _closed = true;

        private byte[] Resized(int length)
        {
            var content = node.Content;
            Array.Resize(ref content, length);
            return content;
        }
    }
}

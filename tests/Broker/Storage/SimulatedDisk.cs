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

    /// <summary>
    /// What becomes of a write or sync that <see cref="Before"/> lets fail: with a generator, a random part of the bytes is written,
    /// and a sync makes a random part of what was written durable, spoils some blocks, and takes everything for durable, as operating systems do.
    /// Without one nothing happens.
    /// </summary>
    public Random? HalfDone { get; set; }

    /// <summary>How many bytes all files together may hold; what goes beyond fails after a part was written.</summary>
    public long Capacity { get; set; } = long.MaxValue;

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

    private long Used => _names.Values.Distinct().Sum(node => (long)node.Content.Length);

    /// <summary>A file, or a folder where there are no bytes.</summary>
    private sealed class Node(byte[]? content)
    {
        private const int Block = 512;
        private readonly HashSet<int> _dirty = [];

        public byte[] Content { get; private set; } = content?[..] ?? [];

        public byte[] Durable { get; private set; } = content?[..] ?? [];

        public bool IsFolder => content is null;

        public Node Copy()
        {
            var copy = new Node(content is null ? null : Content) { Durable = Durable[..] };
            copy._dirty.UnionWith(_dirty);
            return copy;
        }

        public void Write(int position, ReadOnlySpan<byte> bytes)
        {
            if (Content.Length < position + bytes.Length)
                Resize(position + bytes.Length);
            bytes.CopyTo(Content.AsSpan(position));
            for (var block = position / Block; block * Block < position + bytes.Length; block++)
                _dirty.Add(block);
        }

        public void Resize(int length)
        {
            var resized = Content;
            Array.Resize(ref resized, length);
            Content = resized;
        }

        /// <summary>Everything that was written since the last sync is durable.</summary>
        public void Sync()
        {
            Durable = WithBlocks(_ => true, Content.Length);
            _dirty.Clear();
        }

        /// <summary>Some of it is, some blocks are spoiled, and all of it counts as if it were durable.</summary>
        public void SyncHalf(Random random)
        {
            Durable = WithBlocks(_ => random.Next(2) == 0, random.Next(2) == 0 ? Content.Length : Durable.Length);
            foreach (var block in _dirty.Where(block => block * Block < Durable.Length && random.Next(4) == 0))
                random.NextBytes(Durable.AsSpan(block * Block, Math.Min(Block, Durable.Length - (block * Block))));
            _dirty.Clear();
        }

        public Node Torn(Random random)
        {
            if (IsFolder)
                return new Node(null);
            var length = random.Next(3) switch
            {
                0 => Durable.Length,
                1 => Content.Length,
                _ => random.Next(Math.Min(Durable.Length, Content.Length), Math.Max(Durable.Length, Content.Length) + 1),
            };
            return new Node(WithBlocks(_ => random.Next(2) == 0, length));
        }

        /// <summary>What is durable, cut or extended to a length, with some of the blocks that were written since.</summary>
        private byte[] WithBlocks(Func<int, bool> isWritten, int length)
        {
            var result = new byte[length];
            Durable.AsSpan(0, Math.Min(length, Durable.Length)).CopyTo(result);
            foreach (var block in _dirty.Where(isWritten))
            {
                var start = block * Block;
                var end = Math.Min(start + Block, Math.Min(length, Content.Length));
                if (end > start)
                    Content.AsSpan(start, end - start).CopyTo(result.AsSpan(start));
            }

            return result;
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
                try
                {
                    disk.Guard("write", path);
                }
                catch (IOException) when (disk.HalfDone is { } random)
                {
                    node.Write((int)position, bytes[..random.Next(bytes.Length + 1)]);
                    throw;
                }

                var growth = Math.Max(0, position + bytes.Length - node.Content.Length);
                var room = disk.Capacity - disk.Used;
                if (growth <= room)
                {
                    node.Write((int)position, bytes);
                    return;
                }

                node.Write((int)position, bytes[..(int)Math.Max(0, bytes.Length - growth + Math.Max(0, room))]);
                throw new IOException("No space left on device.");
            }
        }

        public void Truncate(long length)
        {
            lock (disk._gate)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                disk.Guard("truncate", path);
                node.Resize((int)length);
            }
        }

        public void SyncData()
        {
            lock (disk._gate)
            {
                ObjectDisposedException.ThrowIf(_closed, this);
                try
                {
                    disk.Guard("sync", path);
                }
                catch (IOException) when (disk.HalfDone is { } random)
                {
                    node.SyncHalf(random);
                    throw;
                }

                disk.Syncs++;
                node.Sync();
            }
        }

        public void Dispose() => _closed = true;
    }
}

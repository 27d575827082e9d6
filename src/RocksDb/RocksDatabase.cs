using System.Runtime.InteropServices;

namespace MedStreams.RocksDb;

/// <summary>
/// One RocksDB database: a folder of files. Reads and writes are safe from several threads; opening, creating and dropping column
/// families, and closing are for its owner. Every failure is a <see cref="RocksDbException"/>.
/// </summary>
public sealed unsafe class RocksDatabase : IDisposable
{
    /// <summary>The column family that every database has.</summary>
    public const string DefaultColumnFamily = "default";

    private readonly RocksDbOptions _settings;
    private readonly OptionsHandle _options;
    private readonly ReadOptionsHandle _readOptions = new();
    private readonly WriteOptionsHandle _writeOptions = new();
    private readonly DatabaseHandle _handle;
    private readonly MemoryConsumersHandle _memory;
    private readonly RocksDbWriteBufferManager.Member? _member;
    private readonly Dictionary<string, ColumnFamily> _columnFamilies = new(StringComparer.Ordinal);

    private RocksDatabase(string path, OptionsHandle options, RocksDbOptions settings, List<string> columnFamilies)
    {
        Path = path;
        (_options, _settings) = (options, settings);
        Native.WriteOptionsDisableWal(_writeOptions, settings.WriteAheadLog ? 0 : 1);
        var handles = new nint[columnFamilies.Count];
        nint database;
        try
        {
            database = OpenNative(path, columnFamilies, handles);
        }
        catch
        {
            _readOptions.Dispose();
            _writeOptions.Dispose();
            throw;
        }

        _handle = new DatabaseHandle(database);
        try
        {
            for (var i = 0; i < handles.Length; i++)
                Add(columnFamilies[i], handles[i]);
            Default = _columnFamilies[DefaultColumnFamily];
            _memory = new MemoryConsumersHandle(_handle);
            _member = settings.WriteBufferManager?.Add(this);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The column family <c>default</c>.</summary>
    public ColumnFamily Default { get; }

    /// <summary>The open column families.</summary>
    public IReadOnlyCollection<ColumnFamily> ColumnFamilies => _columnFamilies.Values;

    /// <summary>Tickers and histograms as RocksDB prints them; null where statistics are off. See <see cref="RocksDbStatistics"/>.</summary>
    public string? Statistics => TakeString(Native.OptionsStatisticsGetString(_options));

    /// <summary>Bytes of the memory tables of all column families, those that wait for their flush or for a reader included.</summary>
    public long MemoryTableBytes => (long)Measure(Native.MemoryUsageOfMemTables);

    /// <summary>Bytes that open files take outside of the block cache, about.</summary>
    public long TableReaderBytes => (long)Measure(Native.MemoryUsageOfTableReaders);

    /// <summary>Opens a database, or makes it where the folder holds none.</summary>
    /// <param name="path">The folder; its parent must exist.</param>
    /// <param name="options">Settings.</param>
    /// <param name="columnFamilies">Column families to make where they are missing; those that exist are opened all.</param>
    /// <exception cref="RocksDbException">
    /// <see cref="RocksDbErrorKind.Corruption"/>: files are damaged or missing, and nothing was changed. <see cref="RocksDbErrorKind.InputOutput"/>:
    /// another process or object has it open, or the disk failed.
    /// </exception>
    public static RocksDatabase Open(string path, RocksDbOptions options, params IReadOnlyCollection<string> columnFamilies)
    {
        var names = ListColumnFamilies(path).Union(columnFamilies, StringComparer.Ordinal)
            .Union([DefaultColumnFamily], StringComparer.Ordinal).ToList();
        var handle = options.ToHandle();
        try
        {
            return new RocksDatabase(path, handle, options, names);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>The column families of a database; none where the folder holds no database.</summary>
    public static IReadOnlyList<string> ListColumnFamilies(string path)
    {
        if (!File.Exists(System.IO.Path.Combine(path, "CURRENT")))
        {
            // RocksDB would make a new database over what is left of the old one.
            return Directory.Exists(path) && Directory.EnumerateFiles(path, "MANIFEST-*").Any()
                ? throw new RocksDbException($"Corruption: the file CURRENT is missing in {path}")
                : [];
        }

        using var options = new OptionsHandle();
        var list = Native.ListColumnFamilies(options, path, out var count, out var error);
        Native.Check(error);
        var names = new string[count];
        for (var i = 0; i < names.Length; i++)
            names[i] = Marshal.PtrToStringUTF8(list[i])!;
        Native.ListColumnFamiliesDestroy(list, count);
        return names;
    }

    /// <summary>An open column family.</summary>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    public ColumnFamily ColumnFamily(string name) => _columnFamilies[name];

    /// <summary>Makes a column family.</summary>
    public ColumnFamily CreateColumnFamily(string name)
    {
        using var own = _settings.ColumnFamilyOptions.TryGetValue(name, out var settings) ? settings.ToHandle() : null;
        var columnFamily = Native.CreateColumnFamily(_handle, own ?? _options, name, out var error);
        Native.Check(error);
        return Add(name, columnFamily);
    }

    /// <summary>Drops a column family and its data.</summary>
    public void DropColumnFamily(ColumnFamily columnFamily)
    {
        Native.DropColumnFamily(_handle, columnFamily.Handle, out var error);
        Native.Check(error);
        _columnFamilies.Remove(columnFamily.Name);
        columnFamily.Handle.Dispose();
    }

    /// <summary>Reads a value where it lies; dispose the answer.</summary>
    public PinnedValue Get(ColumnFamily columnFamily, ReadOnlySpan<byte> key)
    {
        fixed (byte* k = key)
        {
            var slice = Native.GetPinned(
                _handle, _readOptions, columnFamily.Handle, NotNull(k), (nuint)key.Length, out var error);
            Native.Check(error);
            return new PinnedValue(slice, _handle);
        }
    }

    /// <summary>Copies a value.</summary>
    /// <returns>The value's length, which may exceed that of the span: then only what fits was copied. -1: no value.</returns>
    public int Get(ColumnFamily columnFamily, ReadOnlySpan<byte> key, Span<byte> destination)
    {
        using var value = Get(columnFamily, key);
        if (!value.Exists)
            return -1;
        var bytes = value.Span;
        bytes[..Math.Min(bytes.Length, destination.Length)].CopyTo(destination);
        return bytes.Length;
    }

    /// <summary>Reads the values of all keys of a request in one call.</summary>
    public void GetMany(ColumnFamily columnFamily, MultiGet request) =>
        request.Run(_handle, _readOptions, columnFamily.Handle);

    /// <summary>Applies all writes of a batch, or none.</summary>
    public void Write(WriteBatch batch)
    {
        _settings.WriteBufferManager?.MakeRoom(batch.Bytes, batch.Count);
        Native.Write(_handle, _writeOptions, batch.Handle, out var error);
        Native.Check(error);
        _settings.WriteBufferManager?.Written(_member!);
    }

    /// <summary>Walks a column family from one key (included) to another (excluded); an empty bound is open.</summary>
    public RocksIterator Iterate(
        ColumnFamily columnFamily, ReadOnlySpan<byte> lower = default, ReadOnlySpan<byte> upper = default) =>
        new(_handle, columnFamily, lower, upper);

    /// <summary>Walks the keys that begin with a prefix.</summary>
    public RocksIterator IteratePrefix(ColumnFamily columnFamily, ReadOnlySpan<byte> prefix)
    {
        var length = prefix.Length;
        while (length > 0 && prefix[length - 1] == byte.MaxValue)
            length--;
        var after = prefix[..length].ToArray();
        if (length > 0)
            after[length - 1]++;
        return Iterate(columnFamily, prefix, after); // after nothing but 255s there is no bound
    }

    /// <summary>
    /// Writes the memory tables of all column families to files. With <see cref="RocksDbOptions.AtomicFlush"/> that happens at one
    /// point of the order of writes. RocksDB 7.8 flushes a single column family alone even then, which would tear
    /// them apart, and its C API has no call for several; a compaction of the default column family, which should be small,
    /// flushes all of them first.
    /// </summary>
    public void Flush()
    {
        if (_settings.AtomicFlush)
        {
            Native.CompactRange(_handle, Default.Handle, null, 0, null, 0);
            return;
        }

        using var options = new FlushOptionsHandle();
        foreach (var columnFamily in _columnFamilies.Values)
        {
            Native.Flush(_handle, options, columnFamily.Handle, out var error);
            Native.Check(error);
        }
    }

    /// <summary>
    /// Compacts a column family, from one key to another, which are included; an empty one is open. Memory tables that have keys of the range are
    /// flushed first, and with <see cref="RocksDbOptions.AtomicFlush"/> all of them.
    /// </summary>
    public void Compact(ColumnFamily columnFamily, ReadOnlySpan<byte> from = default, ReadOnlySpan<byte> to = default)
    {
        fixed (byte* f = from, t = to)
        {
            Native.CompactRange(
                _handle,
                columnFamily.Handle,
                from.Length == 0 ? null : f,
                (nuint)from.Length,
                to.Length == 0 ? null : t,
                (nuint)to.Length);
        }
    }

    /// <summary>
    /// Deletes the files whose keys all lie between both, which are included, at once and without reading them; not those of level 0.
    /// Keys in other files stay: delete the range in a batch as well.
    /// </summary>
    public void DeleteFilesInRange(ColumnFamily columnFamily, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to)
    {
        fixed (byte* f = from, t = to)
        {
            Native.DeleteFileInRange(
                _handle, columnFamily.Handle, NotNull(f), (nuint)from.Length, NotNull(t), (nuint)to.Length, out var error);
            Native.Check(error);
        }
    }

    /// <summary>A number that RocksDB tells of itself, such as <c>rocksdb.estimate-num-keys</c>; null where it has none.</summary>
    public long? Property(ColumnFamily columnFamily, string name) =>
        Native.PropertyInt(_handle, columnFamily.Handle, name, out var value) == 0 ? (long)value : null;

    /// <summary>A text that RocksDB tells of itself, such as <c>rocksdb.stats</c>; null where it has none.</summary>
    public string? PropertyText(ColumnFamily columnFamily, string name) =>
        TakeString(Native.PropertyValue(_handle, columnFamily.Handle, name));

    /// <summary>Makes a copy that can be opened by itself: hard links where the file system can. Flushes first.</summary>
    /// <param name="path">A folder that does not exist; its parent does.</param>
    public void Checkpoint(string path)
    {
        var pointer = Native.CheckpointObjectCreate(_handle, out var error);
        Native.Check(error);
        using var checkpoint = new CheckpointHandle(pointer, _handle);
        Native.CheckpointCreate(checkpoint, path, 0, out error);
        Native.Check(error);
    }

    /// <summary>
    /// Flushes, also without a write-ahead log, and closes. An iterator that is still open keeps the database open until it is disposed.
    /// </summary>
    public void Dispose()
    {
        if (_member is not null && !_handle.IsClosed)
            _settings.WriteBufferManager!.Remove(_member);
        _memory?.Dispose(); // null where the constructor failed
        foreach (var columnFamily in _columnFamilies.Values)
            columnFamily.Handle.Dispose();
        _handle.Dispose();
        _readOptions.Dispose();
        _writeOptions.Dispose();
        _options.Dispose();
    }

    private nint OpenNative(string path, List<string> columnFamilies, nint[] handles)
    {
        var names = columnFamilies.ConvertAll(Marshal.StringToCoTaskMemUTF8).ToArray();
        var own = new List<OptionsHandle>();
        var added = false;
        try
        {
            _options.DangerousAddRef(ref added);
            var each = new nint[names.Length];
            for (var i = 0; i < each.Length; i++)
            {
                each[i] = _options.DangerousGetHandle();
                if (!_settings.ColumnFamilyOptions.TryGetValue(columnFamilies[i], out var settings))
                    continue;
                own.Add(settings.ToHandle()); // disposed of below, when RocksDB has a copy
                each[i] = own[^1].DangerousGetHandle();
            }

            fixed (nint* n = names, o = each, h = handles)
            {
                var database = Native.OpenColumnFamilies(_options, path, names.Length, (byte**)n, o, h, out var error);
                Native.Check(error);
                return database;
            }
        }
        finally
        {
            if (added)
                _options.DangerousRelease();
            own.ForEach(static o => o.Dispose());
            Array.ForEach(names, Marshal.FreeCoTaskMem);
        }
    }

    private ulong Measure(Func<MemoryUsageHandle, ulong> answer)
    {
        var pointer = Native.MemoryUsageCreate(_memory, out var error);
        Native.Check(error);
        using var usage = new MemoryUsageHandle(pointer);
        return answer(usage);
    }

    private static string? TakeString(nint text)
    {
        if (text == 0)
            return null;
        var answer = Marshal.PtrToStringUTF8(text);
        Native.Free(text);
        return answer;
    }

    // An empty span may have no address; RocksDB wants one even for nothing.
    private static byte* NotNull(byte* pointer) => pointer == null ? (byte*)1 : pointer;

    private ColumnFamily Add(string name, nint pointer)
    {
        var columnFamily = new ColumnFamily(name, new ColumnFamilyHandle(pointer, _handle));
        _columnFamilies.Add(name, columnFamily);
        return columnFamily;
    }
}

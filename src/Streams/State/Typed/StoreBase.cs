using MedStreams.Streams.Metrics;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.State;

/// <summary>How a store is composed; what its builder knows.</summary>
internal sealed record StoreOptions<TKey, TValue>(
    StoreLayout Layout, ISerde<TKey> KeySerde, ISerde<TValue> ValueSerde, bool CachingEnabled, bool LoggingEnabled);

/// <summary>What all typed stores share: serdes with their buffers over the bytes, and the chain of writers below them.</summary>
/// <typeparam name="TKey">The user's key.</typeparam>
/// <typeparam name="TValue">The value as it is stored.</typeparam>
/// <typeparam name="TFlushed">The key that flush listeners get.</typeparam>
internal abstract class StoreBase<TKey, TValue, TFlushed>(StoreOptions<TKey, TValue> options)
    : IEngineStore, ICachedStore<TFlushed, TValue>, IFlushTarget
{
    private readonly ScratchWriter _value = new();
    private CacheFlushListener<TFlushed, TValue>? _listener;
    private bool _sendOldValues;
    private StoreBytes? _bytes;
    private StoreWriter? _writer;
    private TaskContext? _context;
    private string _topic = "";
    private StoreMetrics? _metrics;

    public string Name => options.Layout.Name;

    public bool Persistent => options.Layout.Persistent;

    public bool IsOpen => _writer is not null;

    public bool HasUnflushed => _writer?.HasUnflushed ?? false;

    public long? HeldBytes => options.CachingEnabled ? _writer?.HeldBytes ?? 0 : null;

    bool IFlushTarget.Listens => _listener is not null;

    bool IFlushTarget.SendOldValues => _sendOldValues;

    protected StoreLayout Layout => options.Layout;

    /// <summary>The buffer that keys are built in; each use ends before the next begins.</summary>
    protected ScratchWriter KeyBuffer { get; } = new();

    protected StoreBytes Bytes => _bytes ?? throw Closed();

    /// <summary>Where changes are logged; null for a store without a changelog of its own.</summary>
    protected ChangeLogger? Logger { get; private set; }

    public void Init(IStateStoreContext context)
    {
        var task = (context as StoreContext)?.Task;
        _bytes = task?.State?.TryBytes(Name) ?? task?.Globals?.Bytes(Name)
            ?? throw new InvalidOperationException($"The store {Name} can only be opened by a task of the engine.");
        _context = task!;
        _metrics = _bytes.Metrics;
        var changelog = _bytes.IsReadOnly ? null : task!.State!.ChangelogOf(Name);
        _topic = changelog?.Partition.Topic ?? StoreChangelog.TopicOf(task!.ApplicationId, Name);
        Logger = options.LoggingEnabled && changelog is { IsSource: false } own
            ? new ChangeLogger(task!, options.Layout, own.Partition)
            : null;
        _writer = CreateWriter(task!, _bytes);
    }

    public void OpenForQueries(StoreBytes view, string topic) => (_bytes, _topic) = (view, topic);

    public abstract T Accept<T>(IStoreVisitor<T> visitor);

    /// <summary>The bytes of an end of a range; null where it is open.</summary>
    protected byte[]? KeyBytes(QueryBound<TKey>? bound) => bound is { } key ? KeyBytes(key.Key) : null;

    /// <summary>The bytes of a key.</summary>
    public byte[] BytesOf(TKey key) => KeyBytes(key) ?? throw new ArgumentNullException(nameof(key));

    public void Flush()
    {
        using var _ = Measure(StoreOperation.Flush);
        Writer().Flush();
    }

    public void Discard() => _writer?.Discard();

    public void Close()
    {
        _writer?.Discard();
        _writer = null;
        _bytes = null;
        _context = null;
        Logger = null;
        OnClose();
    }

    public bool SetFlushListener(CacheFlushListener<TFlushed, TValue> listener, bool sendOldValues)
    {
        _listener = listener;
        _sendOldValues = sendOldValues;
        return options.CachingEnabled;
    }

    void IFlushTarget.Forward(
        ReadOnlySpan<byte> key, StoreValue now, StoreValue before, long timestamp, Headers headers)
    {
        var change = new Change<TValue?>(
            now.Exists ? ReadValue(now.Bytes) : default, before.Exists ? ReadValue(before.Bytes) : default);
        _listener!(new Record<TFlushed, Change<TValue?>>(ReadFlushedKey(key), change, timestamp, headers));
    }

    /// <summary>Times an operation until what this answers is disposed of.</summary>
    protected StoreTimer Measure(StoreOperation operation) => new(_metrics, operation);

    /// <summary>A write is dropped: it came too late.</summary>
    protected void CountDropped() => _context?.CountDropped();

    protected abstract TFlushed ReadFlushedKey(ReadOnlySpan<byte> key);

    /// <summary>Called when the store was closed.</summary>
    protected virtual void OnClose()
    {
    }

    /// <summary>Whether writing this value means to delete.</summary>
    protected virtual bool IsAbsent(TValue? value) => value is null;

    protected TValue ReadValue(ReadOnlySpan<byte> bytes) => options.ValueSerde.Deserialize(bytes, ValueContext());

    protected TKey ReadUserKey(ReadOnlySpan<byte> bytes) => options.KeySerde.Deserialize(bytes, KeyContext());

    /// <summary>The value of the key in <see cref="KeyBuffer"/>.</summary>
    protected TValue? Read()
    {
        Touch();
        using var value = Bytes.Get(KeyBuffer.Written);
        return value.Exists ? ReadValue(value.Bytes) : default;
    }

    /// <summary>Writes a value, or a tombstone for null, under the key in <see cref="KeyBuffer"/>.</summary>
    protected void Write(TValue? value)
    {
        if (IsAbsent(value))
            Erase();
        else
            Writer().Put(KeyBuffer.Written, ValueBytes(value!), delete: false);
    }

    /// <summary>Writes a tombstone under the key in <see cref="KeyBuffer"/>, whether or not the type of values has a null.</summary>
    protected void Erase() => Writer().Put(KeyBuffer.Written, default, delete: true);

    /// <summary>The bytes of a value, valid until the next call.</summary>
    protected ReadOnlySpan<byte> ValueBytes(TValue value)
    {
        options.ValueSerde.Serialize(value, _value.Reset(), ValueContext());
        return _value.Written;
    }

    /// <summary>Appends the user's key to <see cref="KeyBuffer"/>.</summary>
    protected void AppendKey(TKey key)
    {
        if (key is null) // ThrowIfNull would box a value type
            throw new ArgumentNullException(nameof(key));
        options.KeySerde.Serialize(key, KeyBuffer, KeyContext());
    }

    /// <summary>The bytes of a user's key, or null for null.</summary>
    protected byte[]? KeyBytes(TKey? key)
    {
        if (key is null)
            return null;
        KeyBuffer.Reset();
        AppendKey(key);
        return KeyBuffer.Written.ToArray();
    }

    /// <summary>The key in <see cref="KeyBuffer"/> is about to be read.</summary>
    protected void Touch()
    {
        if (options.Layout.MaxEntries is not null)
            Writer().Touch(KeyBuffer.Written);
    }

    /// <summary>Refuses where another thread owns the content.</summary>
    protected void EnsureWritable()
    {
        if (Bytes.IsReadOnly)
            throw NoWriter.Refused(Name);
    }

    private StoreWriter CreateWriter(TaskContext task, StoreBytes bytes)
    {
        if (bytes.IsReadOnly)
            return new NoWriter(Name);
        var entries = options.Layout.MaxEntries is { } most ? LruOf(bytes, most) : null;
        if (options.CachingEnabled)
        {
            BelowCache below = entries is null
                ? new ChangelogBelowCache(Logger)
                : new LruBelowCache(bytes, entries, Logger, task.Cache);
            return new CachedWriter(task, bytes, below, task.Cache, this);
        }

        return entries is null ? new DirectWriter(bytes, Logger) : new LruWriter(bytes, entries, Logger);
    }

    /// <summary>The entries that were restored, those first that were written first.</summary>
    private static LruMap LruOf(StoreBytes bytes, int most)
    {
        var entries = new LruMap(most);
        foreach (var (key, value) in bytes.Committed.InOrderOfWriting())
            entries.Put(key, value);
        return entries;
    }

    private StoreWriter Writer() => _writer ?? throw Closed();

    protected SerdeContext KeyContext() => new(_topic, IsKey: true, _context?.CurrentHeaders ?? Headers.Empty);

    private SerdeContext ValueContext() => new(_topic, IsKey: false, _context?.CurrentHeaders ?? Headers.Empty);

    private InvalidOperationException Closed() => new($"The store {Name} is closed.");
}

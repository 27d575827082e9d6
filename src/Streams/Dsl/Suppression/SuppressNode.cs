using System.Buffers;
using MedStreams.Streams.Dsl.Operators;
using MedStreams.Streams.Dsl.Tables;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.Processing;

namespace MedStreams.Streams.Dsl.Suppression;

/// <summary>How a suppression works; times in milliseconds.</summary>
internal sealed record SuppressSettings<TKey>(
    long Wait, BufferConfig Buffer, Func<TKey, long, long> TimeOf, bool DropsDeletions);

/// <summary>
/// Holds a table's changes back, and tells the last one of each key once stream time has passed the first one's by the wait, or
/// when the buffer is full. The time is that of the records seen here.
/// </summary>
internal sealed class SuppressNode<TKey, TValue>(
    string name,
    TaskContext task,
    string storeName,
    ISerde<TKey> keySerde,
    ISerde<TValue> valueSerde,
    SuppressSettings<TKey> settings)
    : StatefulNode<TKey, Change<TValue>, TKey, Change<TValue>>(name, task)
{
    private readonly SortedSet<Place> _order = new(Place.Comparer);
    private readonly ArrayBufferWriter<byte> _scratch = new();
    private IKeyValueStore<TKey, BufferedChange> _buffer = null!;
    private long _observedTime = -1;
    private long _bytes;
    private NodeMetrics? _metrics;
    private SuppressionMetrics? _held;

    public override void Measure(TaskMetrics task)
    {
        _metrics = task.AddNode(this, isSuppression: true);
        _held = task.Add(new SuppressionMetrics(task, storeName));
    }

    public override void Init()
    {
        _buffer = (IKeyValueStore<TKey, BufferedChange>)Task.Store(storeName)!;
        foreach (var (key, change) in _buffer.All())
        {
            var place = PlaceOf(key, change.Time);
            _order.Add(place);
            _bytes += change.SizeWith(place.Bytes.Length);
            _observedTime = Math.Max(_observedTime, change.Timestamp);
        }
    }

    protected override void Process(in Record<TKey, Change<TValue>> record)
    {
        _observedTime = Math.Max(_observedTime, record.Timestamp);
        Hold(record);
        while (_order.Min is { } first && first.Time <= _observedTime - settings.Wait)
            Tell(first);
        while (IsFull && _order.Min is { } first)
        {
            if (settings.Buffer.WhenFull == BufferFull.ShutDown)
            {
                throw new StreamsException(
                    $"{Name} holds back {_order.Count} keys and {_bytes} bytes, more than it may: allow more, or tell early.")
                {
                    Task = Task.TaskId,
                };
            }

            Tell(first);
        }

        _held?.Record(_order.Count, _bytes);
    }

    private bool IsFull => _order.Count > settings.Buffer.MaxRecords || _bytes > settings.Buffer.MaxBytes;

    private void Hold(in Record<TKey, Change<TValue>> record)
    {
        var held = _buffer.Get(record.Key);
        var place = PlaceOf(record.Key, held?.Time ?? settings.TimeOf(record.Key, record.Timestamp));
        var old = Write(record.Value.Old, record.Headers);
        var change = new BufferedChange(
            place.Time,
            record.Timestamp,
            record.Headers,
            Task.Current,
            held is null ? old : held.Prior,
            old,
            Write(record.Value.New, record.Headers));
        if (held is null)
            _order.Add(place);
        else
            _bytes -= held.SizeWith(place.Bytes.Length);
        _bytes += change.SizeWith(place.Bytes.Length);
        _buffer.Put(record.Key, change);
    }

    private void Tell(Place place)
    {
        var held = _buffer.Get(place.Key)!;
        _order.Remove(place);
        _bytes -= held.SizeWith(place.Bytes.Length);
        if (held.New is not null || !settings.DropsDeletions)
        {
            var current = Task.Current;
            Task.Current = held.Metadata;
            _metrics?.SuppressionEmit?.Increment();
            Forward(new Record<TKey, Change<TValue>>(
                place.Key,
                new Change<TValue>(Read(held.New, held.Headers), Read(held.Old, held.Headers)),
                held.Timestamp,
                held.Headers));
            Task.Current = current;
        }

        _buffer.Delete(place.Key);
    }

    private Place PlaceOf(TKey key, long time)
    {
        _scratch.ResetWrittenCount();
        keySerde.Serialize(key, _scratch, new SerdeContext(storeName, IsKey: true, Headers.Empty));
        return new Place(time, _scratch.WrittenSpan.ToArray(), key);
    }

    private byte[]? Write(TValue? value, Headers headers)
    {
        if (value is null)
            return null;
        _scratch.ResetWrittenCount();
        valueSerde.Serialize(value, _scratch, new SerdeContext(storeName, IsKey: false, headers));
        return _scratch.WrittenSpan.ToArray();
    }

    private TValue? Read(byte[]? bytes, Headers headers) =>
        bytes is null ? default : valueSerde.Deserialize(bytes, new SerdeContext(storeName, IsKey: false, headers));

    /// <summary>Where a key stands in the order of leaving: by time, then by the bytes of keys.</summary>
    private sealed record Place(long Time, byte[] Bytes, TKey Key)
    {
        public static IComparer<Place> Comparer { get; } = Comparer<Place>.Create(static (one, other) =>
            one.Time != other.Time ? one.Time.CompareTo(other.Time) : one.Bytes.AsSpan().SequenceCompareTo(other.Bytes));
    }
}

/// <summary>A table whose changes are held back: until they are told it shows what was told last.</summary>
internal sealed class SuppressedTable<TKey, TValue>(
    TableValues<TKey, TValue> parent, string store, Func<ISerde<TValue>> valueSerde)
    : TableValues<TKey, TValue>
{
    public override bool EnableOldValues(bool force) => SendsOldValues = parent.EnableOldValues(force);

    public override TableGetters<TKey, TValue> Getters()
    {
        var inner = parent.Getters();
        return new TableGetters<TKey, TValue>(
            [store, .. inner.StoreNames], task => new Getter(task, inner.Create(task), store, valueSerde()));
    }

    private sealed class Getter(
        TaskContext task, TableGetter<TKey, TValue> parent, string store, ISerde<TValue> valueSerde)
        : TableGetter<TKey, TValue>
    {
        private readonly IKeyValueStore<TKey, BufferedChange> _buffer =
            (IKeyValueStore<TKey, BufferedChange>)task.Store(store)!;

        public override ValueAndTimestamp<TValue>? Get(TKey key)
        {
            if (_buffer.Get(key) is not { } held)
                return parent.Get(key);
            return held.Prior is { } prior
                ? new ValueAndTimestamp<TValue>(
                    valueSerde.Deserialize(prior, new SerdeContext(store, IsKey: false, Headers.Empty)), -1)
                : null;
        }
    }
}

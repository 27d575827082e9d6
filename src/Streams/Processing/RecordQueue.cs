using System.Diagnostics.CodeAnalysis;
using MedStreams.Streams.Metrics;

namespace MedStreams.Streams.Processing;

/// <summary>What happens to bytes that a serde refuses.</summary>
internal interface IDeserializationErrors
{
    /// <summary>Answers by returning (the record is dropped; it may have gone to the dead-letter topic) or by throwing.</summary>
    void OnError(in RawRecord record, SerializationException error);

    /// <summary>A record whose extracted time is negative, which is dropped.</summary>
    void OnNegativeTimestamp(in RawRecord record);
}

/// <summary>The records of one partition that a task has not processed yet, deserialised once, on arrival.</summary>
internal abstract class RecordQueue
{
    private long? _idleSince;
    private bool _isAtEnd;

    /// <summary>How many records wait.</summary>
    public abstract int Count { get; }

    /// <summary>The time of the record that is next; only while <see cref="Count"/> is not 0.</summary>
    public abstract long HeadTimestamp { get; }

    /// <summary>The offset of the record that is next; only while <see cref="Count"/> is not 0.</summary>
    public abstract long HeadOffset { get; }

    /// <summary>The largest time that left the queue; -1 before the first.</summary>
    public long PartitionTime { get; protected set; } = -1;

    /// <summary>The offset after the last record that arrived here, dropped ones included; null before the first.</summary>
    public long? NextArrival { get; private set; }

    /// <summary>The partition ends, for now, after what has arrived.</summary>
    public void ReachEnd() => _isAtEnd = true;

    /// <summary>Whether an older record than those of other partitions may still come here, while there is none.</summary>
    /// <param name="maxIdle">How long one is waited for at the end; infinite: never.</param>
    /// <param name="now">The wall clock in epoch milliseconds.</param>
    public bool MayBringMore(TimeSpan maxIdle, long now)
    {
        if (maxIdle == Timeout.InfiniteTimeSpan)
            return false;
        if (!_isAtEnd)
            return true;
        if (maxIdle == TimeSpan.Zero)
            return false;
        _idleSince ??= now;
        return now - _idleSince.Value < (long)maxIdle.TotalMilliseconds;
    }

    /// <summary>Something has arrived.</summary>
    protected void Arrive(in RawRecord raw)
    {
        (_isAtEnd, _idleSince) = (false, null);
        NextArrival = raw.Metadata.Offset + 1;
        Arrivals.Add(raw.Key.Length + raw.Value.Length);
    }

    /// <summary>Counts what arrived.</summary>
    public TopicCounter Arrivals { get; } = new();

    /// <summary>Takes a record over. Where what its serdes need does not answer, the queue stays as it was.</summary>
    /// <exception cref="Exception">One with a <see cref="RetriableException"/>: the record is to be added again.</exception>
    public abstract void Add(in RawRecord raw);

    /// <summary>Runs the next record through the task; it stays the next one where a <see cref="RetriableException"/> comes out.</summary>
    public abstract void ProcessHead();

    /// <summary>Drops all records.</summary>
    public abstract void Clear();
}

/// <inheritdoc/>
internal sealed class RecordQueue<TKey, TValue>(
    SourceNode<TKey, TValue> source,
    ISerde<TKey> keySerde,
    ISerde<TValue> valueSerde,
    TimestampExtractor<TKey, TValue>? extractor,
    IDeserializationErrors errors)
    : RecordQueue
{
    private Entry[] _ring = new Entry[64];
    private int _head;
    private int _count;
    private long _arrivalTime = -1;

    public override int Count => _count;

    public override long HeadTimestamp => _ring[_head].Record.Timestamp;

    public override long HeadOffset => _ring[_head].Metadata.Offset;

    public override void Add(in RawRecord raw)
    {
        var isRead = TryDeserialize(raw, out var record);
        if (isRead && extractor is not null)
            record = record.WithTimestamp(extractor(record, raw.Metadata, _arrivalTime));
        Arrive(raw);
        if (!isRead)
            return;
        if (record.Timestamp < 0)
        {
            errors.OnNegativeTimestamp(raw);
            source.CountDropped();
            return;
        }

        _arrivalTime = Math.Max(_arrivalTime, record.Timestamp);
        if (_count == _ring.Length)
            Grow();
        _ring[(_head + _count) & (_ring.Length - 1)] = new Entry(record, raw.Metadata);
        _count++;
    }

    public override void ProcessHead()
    {
        ref var slot = ref _ring[_head];
        var entry = slot;
        slot = default;
        _head = (_head + 1) & (_ring.Length - 1);
        _count--;
        PartitionTime = Math.Max(PartitionTime, entry.Record.Timestamp);
        try
        {
            source.Process(entry.Record, entry.Metadata);
        }
        catch (Exception e) when (RetriableException.In(e) is not null)
        {
            _head = (_head - 1) & (_ring.Length - 1);
            _ring[_head] = entry;
            _count++;
            throw;
        }
    }

    public override void Clear()
    {
        Array.Clear(_ring);
        (_head, _count) = (0, 0);
    }

    [SuppressMessage("Design", "CA1031", Justification = "A serde of the user's may throw anything: the handler decides")]
    private bool TryDeserialize(in RawRecord raw, out Record<TKey, TValue> record)
    {
        var topic = raw.Metadata.Topic;
        var isKey = true;
        try
        {
            var key = Deserialize(keySerde, raw.Key, raw.HasKey, new SerdeContext(topic, true, raw.Headers));
            isKey = false;
            var value = Deserialize(valueSerde, raw.Value, raw.HasValue, new SerdeContext(topic, false, raw.Headers));
            record = new Record<TKey, TValue>(key, value, raw.Timestamp, raw.Headers);
            return true;
        }
        catch (Exception e) when (RetriableException.In(e) is null)
        {
            var error = e as SerializationException ?? new SerializationException(
                $"The serde of the {(isKey ? "key" : "value")} threw {e.GetType().Name}.", e);
            errors.OnError(raw, error);
            source.CountDropped();
            record = default;
            return false;
        }
    }

    private static T Deserialize<T>(ISerde<T> serde, ReadOnlySpan<byte> bytes, bool present, in SerdeContext context)
    {
        if (present)
            return serde.Deserialize(bytes, context);
        return default(T) is null
            ? default!
            : throw new SerializationException($"Null bytes are no {typeof(T).Name}; use {typeof(T).Name}? for tombstones.");
    }

    private void Grow()
    {
        var larger = new Entry[_ring.Length * 2];
        for (var i = 0; i < _count; i++)
            larger[i] = _ring[(_head + i) & (_ring.Length - 1)];
        (_ring, _head) = (larger, 0);
    }

    private readonly record struct Entry(Record<TKey, TValue> Record, RecordMetadata Metadata);
}

namespace MedStreams.Streams;

/// <summary>
/// A record whose key cannot be changed (Kafka Streams' <c>FixedKeyRecord</c>). Only the engine makes them: a processor makes its results of the
/// record that it gets.
/// </summary>
/// <typeparam name="TKey">Type of the key.</typeparam>
/// <typeparam name="TValue">Type of the value; nullable where tombstones may come.</typeparam>
public readonly record struct FixedKeyRecord<TKey, TValue>
{
    private readonly Record<TKey, TValue> _record;

    internal FixedKeyRecord(in Record<TKey, TValue> record) => _record = record;

    /// <summary>The key; null for a record without key.</summary>
    public TKey Key => _record.Key;

    /// <summary>The value; null for a tombstone.</summary>
    public TValue Value => _record.Value;

    /// <summary>Event time in epoch milliseconds.</summary>
    public long Timestamp => _record.Timestamp;

    /// <summary>The headers; never null.</summary>
    public Headers Headers => _record.Headers;

    internal Record<TKey, TValue> Record => _record;

    /// <summary>The same record with another value.</summary>
    public FixedKeyRecord<TKey, TNewValue> WithValue<TNewValue>(TNewValue value) => new(_record.WithValue(value));

    /// <summary>The same record at another time.</summary>
    public FixedKeyRecord<TKey, TValue> WithTimestamp(long timestamp) => new(_record.WithTimestamp(timestamp));

    /// <summary>The same record with other headers.</summary>
    public FixedKeyRecord<TKey, TValue> WithHeaders(Headers headers) => new(_record.WithHeaders(headers));
}

using MedStreams.Streams.Metrics;

namespace MedStreams.Streams.State;

/// <summary>The engine's window store.</summary>
internal class WindowStore<TKey, TValue>(StoreOptions<TKey, TValue> options)
    : SegmentedStore<TKey, TValue>(options), IWindowStore<TKey, TValue>
{
    public TValue? Fetch(TKey key, long windowStart)
    {
        if (windowStart < 0 || IsExpired(windowStart))
            return default;
        using var _ = Measure(StoreOperation.Fetch);
        BuildKey(key, windowStart, 0);
        return Read();
    }

    public void Put(TKey key, TValue? value, long windowStart)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(windowStart);
        using var _ = Measure(StoreOperation.Put);

        // Several values of one window cannot be deleted by key and window, only by time.
        if (IsAbsent(value) && Layout.RetainDuplicates)
            return;
        if (!Observe(windowStart))
            return;
        var sequence = 0;
        if (Layout.RetainDuplicates)
            sequence = Bytes.Sequence = (Bytes.Sequence + 1) & int.MaxValue;
        BuildKey(key, windowStart, sequence);
        Write(value);
    }

    public IEnumerable<KeyValuePair<long, TValue>> Fetch(TKey key, long timeFrom, long timeTo) =>
        OfKey(Required(key), timeFrom, timeTo, backward: false);

    public IEnumerable<KeyValuePair<long, TValue>> BackwardFetch(TKey key, long timeFrom, long timeTo) =>
        OfKey(Required(key), timeFrom, timeTo, backward: true);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> Fetch(
        QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, long timeFrom, long timeTo) =>
        OfKeys(KeyBytes(keyFrom), KeyBytes(keyTo), timeFrom, timeTo, backward: false);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> BackwardFetch(
        QueryBound<TKey>? keyFrom, QueryBound<TKey>? keyTo, long timeFrom, long timeTo) =>
        OfKeys(KeyBytes(keyFrom), KeyBytes(keyTo), timeFrom, timeTo, backward: true);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> FetchAll(long timeFrom, long timeTo) =>
        OfKeys(null, null, timeFrom, timeTo, backward: false);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> BackwardFetchAll(long timeFrom, long timeTo) =>
        OfKeys(null, null, timeFrom, timeTo, backward: true);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> All() => FetchAll(0, long.MaxValue);

    public IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> BackwardAll() => BackwardFetchAll(0, long.MaxValue);

    public override T Accept<T>(IStoreVisitor<T> visitor) => visitor.VisitWindow(this);

    protected override Windowed<TKey> ReadFlushedKey(ReadOnlySpan<byte> key) => ReadKey(key);

    private Windowed<TKey> ReadKey(ReadOnlySpan<byte> key)
    {
        var start = StoreKeys.WindowStart(key);
        var end = start > long.MaxValue - Layout.WindowSizeMs ? long.MaxValue : start + Layout.WindowSizeMs;
        return new Windowed<TKey>(ReadUserKey(StoreKeys.KeyOf(StoreKind.Window, key)), new Window(start, end));
    }

    private byte[] Required(TKey key) => KeyBytes(key) ?? throw new ArgumentNullException(nameof(key));

    private void BuildKey(TKey key, long start, int sequence)
    {
        BeginKey(key, start);
        KeyBuffer.WriteInt64(start);
        KeyBuffer.WriteInt32(sequence);
    }

    private IEnumerable<KeyValuePair<long, TValue>> OfKey(byte[] key, long timeFrom, long timeTo, bool backward)
    {
        timeFrom = Math.Max(timeFrom, Bytes.FirstLiveTime);
        var length = StoreKeys.SegmentBytes + key.Length + StoreKeys.WindowSuffix;
        foreach (var cursor in Walk(timeFrom, timeTo, backward, segment => Within(segment, key, timeFrom, timeTo)))
        {
            // A longer key that begins with this one may lie between: it has another length.
            if (cursor.Key.Length == length)
                yield return KeyValuePair.Create(StoreKeys.WindowStart(cursor.Key), ReadValue(cursor.Value));
        }
    }

    private IEnumerable<KeyValuePair<Windowed<TKey>, TValue>> OfKeys(
        byte[]? keyFrom, byte[]? keyTo, long timeFrom, long timeTo, bool backward)
    {
        timeFrom = Math.Max(timeFrom, Bytes.FirstLiveTime);
        foreach (var cursor in Walk(timeFrom, timeTo, backward, segment => SegmentBetween(segment, keyFrom, keyTo)))
        {
            var start = StoreKeys.WindowStart(cursor.Key);
            if (start < timeFrom || start > timeTo
                || !IsBetween(StoreKeys.KeyOf(StoreKind.Window, cursor.Key), keyFrom, keyTo))
            {
                continue;
            }

            yield return KeyValuePair.Create(ReadKey(cursor.Key), ReadValue(cursor.Value));
        }
    }

    // The number of a duplicate is at most int.MaxValue, so four bytes of 0xFF lie above each.
    private static KeyRange Within(long segment, byte[] key, long timeFrom, long timeTo) => new(
        StoreKeys.Build(segment, key, timeFrom, []), StoreKeys.Build(segment, key, timeTo, [0xFF, 0xFF, 0xFF, 0xFF]));
}

/// <summary>The engine's window store with times.</summary>
internal sealed class TimestampedWindowStore<TKey, TValue>(StoreOptions<TKey, ValueAndTimestamp<TValue>?> options)
    : WindowStore<TKey, ValueAndTimestamp<TValue>?>(options), ITimestampedWindowStore<TKey, TValue>
{
    public override T Accept<T>(IStoreVisitor<T> visitor) => visitor.VisitTimestampedWindow(this);

    protected override bool IsAbsent(ValueAndTimestamp<TValue>? value) => value is not { Value: not null };
}

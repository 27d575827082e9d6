using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Records;

/// <summary>
/// Goes over the records of one batch. It trusts nothing: what does not fit latches <see cref="Failed"/> and ends it.
/// </summary>
internal ref struct RecordEnumerator
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _baseOffset;
    private readonly long _baseTimestamp;
    private readonly long? _appendTime;
    private int _at;
    private int _left;

    /// <summary>Starts before the first record.</summary>
    /// <param name="batch">The batch that the records belong to.</param>
    /// <param name="records">Its records, decompressed.</param>
    public RecordEnumerator(RecordBatch batch, ReadOnlySpan<byte> records)
    {
        _bytes = records;
        _baseOffset = batch.BaseOffset;
        _baseTimestamp = batch.BaseTimestamp;
        _appendTime = batch.IsLogAppendTime ? batch.MaxTimestamp : null;
        _left = batch.Count;
    }

    /// <summary>Whether the bytes did not hold the records that the batch promises, or more than them.</summary>
    public bool Failed { get; private set; }

    /// <summary>The record that <see cref="MoveNext"/> found.</summary>
    public Record Current { get; private set; }

    /// <summary>Goes to the next record.</summary>
    /// <returns>Whether there is one; <see cref="Failed"/> says whether all were right.</returns>
    public bool MoveNext()
    {
        if (Failed)
            return false;
        if (_left == 0)
        {
            Failed = _at != _bytes.Length;
            return false;
        }

        _left--;
        var size = Varint.TryReadSigned(_bytes[_at..], out int length);
        if (size == 0 || length < 0 || length > _bytes.Length - _at - size
            || !TryRead(_bytes.Slice(_at + size, length), out var record))
        {
            Failed = true;
            return false;
        }

        _at += size + length;
        Current = record;
        return true;
    }

    /// <summary>So that <c>foreach</c> takes it.</summary>
    public readonly RecordEnumerator GetEnumerator() => this;

    /// <summary>Takes a length, -1 for null, and as many bytes.</summary>
    internal static bool TryTakeBytes(
        ReadOnlySpan<byte> source, scoped ref int at, out ReadOnlySpan<byte> bytes, out bool present)
    {
        bytes = default;
        present = false;
        var size = Varint.TryReadSigned(source[at..], out int length);
        if (size == 0 || length < -1 || length > source.Length - at - size)
            return false;
        at += size;
        if (length < 0)
            return true;
        present = true;
        bytes = source.Slice(at, length);
        at += length;
        return true;
    }

    private readonly bool TryRead(ReadOnlySpan<byte> source, out Record record)
    {
        record = default;
        if (source.IsEmpty)
            return false;

        // The first byte are attributes, of which none is defined.
        var at = 1;
        var size = Varint.TryReadSigned(source[at..], out long timestampDelta);
        if (size == 0)
            return false;
        at += size;
        size = Varint.TryReadSigned(source[at..], out int offsetDelta);
        if (size == 0 || offsetDelta < 0)
            return false;
        at += size;
        if (!TryTakeBytes(source, ref at, out var key, out var hasKey)
            || !TryTakeBytes(source, ref at, out var value, out var hasValue))
            return false;
        size = Varint.TryReadSigned(source[at..], out int headers);
        at += size;
        if (size == 0 || headers < 0 || headers > source.Length - at)
            return false;

        record = new Record
        {
            Offset = _baseOffset + offsetDelta,
            Timestamp = _appendTime ?? _baseTimestamp + timestampDelta,
            HasKey = hasKey,
            HasValue = hasValue,
            Key = key,
            Value = value,
            Headers = new HeaderEnumerator(source[at..], headers),
        };
        return true;
    }
}

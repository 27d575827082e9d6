using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Records;

/// <summary>A record as its bytes stand in a batch, with what has to be known to keep or to move it.</summary>
internal readonly ref struct RawRecord
{
    /// <summary>The record's offset.</summary>
    public required long Offset { get; init; }

    /// <summary>All its bytes, the length in front included.</summary>
    public required ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>The attributes, of which none is defined.</summary>
    public required byte Attributes { get; init; }

    /// <summary>Its time less the batch's base timestamp, in milliseconds.</summary>
    public required long TimestampDelta { get; init; }

    /// <summary>What follows the time: offset delta, key, value, headers.</summary>
    public required ReadOnlySpan<byte> Rest { get; init; }

    /// <summary>Whether there is a key.</summary>
    public required bool HasKey { get; init; }

    /// <summary>Whether there is a value.</summary>
    public required bool HasValue { get; init; }

    /// <summary>The key; empty without one.</summary>
    public required ReadOnlySpan<byte> Key { get; init; }
}

/// <summary>Goes over the records of one batch without decoding more than it must. What does not fit latches <see cref="Failed"/>.</summary>
internal ref struct RawRecords
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly long _baseOffset;
    private int _at;
    private int _left;

    /// <summary>Starts before the first record.</summary>
    /// <param name="batch">The batch that the records belong to.</param>
    /// <param name="records">Its records, decompressed.</param>
    public RawRecords(in RecordBatch batch, ReadOnlySpan<byte> records)
    {
        _bytes = records;
        _baseOffset = batch.BaseOffset;
        _left = batch.Count;
    }

    /// <summary>Whether the bytes did not hold the records that the batch promises, or more than them.</summary>
    public bool Failed { get; private set; }

    /// <summary>The record that <see cref="MoveNext"/> found.</summary>
    public RawRecord Current { get; private set; }

    /// <summary>Goes to the next record.</summary>
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
        if (size == 0 || length < 1 || length > _bytes.Length - _at - size || !TryRead(_bytes.Slice(_at, size + length), size))
        {
            Failed = true;
            return false;
        }

        _at += size + length;
        return true;
    }

    private bool TryRead(ReadOnlySpan<byte> record, int start)
    {
        var at = start + 1;
        var size = Varint.TryReadSigned(record[at..], out long timestampDelta);
        if (size == 0)
            return false;
        at += size;
        var rest = at;
        size = Varint.TryReadSigned(record[at..], out int offsetDelta);
        if (size == 0 || offsetDelta < 0)
            return false;
        at += size;
        if (!RecordEnumerator.TryTakeBytes(record, ref at, out var key, out var hasKey)
            || !RecordEnumerator.TryTakeBytes(record, ref at, out _, out var hasValue))
            return false;
        Current = new RawRecord
        {
            Offset = _baseOffset + offsetDelta,
            Bytes = record,
            Attributes = record[start],
            TimestampDelta = timestampDelta,
            Rest = record[rest..],
            HasKey = hasKey,
            HasValue = hasValue,
            Key = key,
        };
        return true;
    }
}

using System.Buffers.Binary;
using System.Text;
using MedStreams.Broker.Protocol;

namespace MedStreams.Broker.Records;

/// <summary>Builds one record batch of magic 2. Not for use by several threads.</summary>
internal sealed class RecordBatchBuilder
{
    private byte[] _buffer = new byte[512];
    private int _used = BatchLayout.Records;
    private int _count;
    private long _lastOffset;
    private long _baseTimestamp = -1;
    private long _maxTimestamp = -1;

    /// <summary>The offset of the first record; the records that are appended count up from it.</summary>
    public long BaseOffset { get; init; }

    /// <summary>The epoch of the partition's leader.</summary>
    public int PartitionLeaderEpoch { get; init; } = -1;

    /// <summary>The producer's id, or -1.</summary>
    public long ProducerId { get; init; } = -1;

    /// <summary>The producer's epoch, or -1.</summary>
    public short ProducerEpoch { get; init; } = -1;

    /// <summary>The sequence number of the first record, or -1.</summary>
    public int BaseSequence { get; init; } = -1;

    /// <summary>Whether the batch belongs to a transaction.</summary>
    public bool IsTransactional { get; init; }

    /// <summary>Whether the batch is a control batch.</summary>
    public bool IsControl { get; init; }

    /// <summary>How the records are compressed.</summary>
    public CompressionType Compression { get; init; }

    /// <summary>The number of records so far.</summary>
    public int Count => _count;

    /// <summary>The size of the batch so far, before compression, in bytes.</summary>
    public int Size => _used;

    /// <summary>Appends a record with the next offset.</summary>
    /// <param name="timestamp">Its time in epoch milliseconds.</param>
    /// <param name="key">Its key, or null.</param>
    /// <param name="value">Its value, or null for a tombstone.</param>
    /// <param name="headers">Its headers.</param>
    public void Append(long timestamp, byte[]? key, byte[]? value, IReadOnlyList<RecordHeader>? headers = null) =>
        AppendAt(_count == 0 ? BaseOffset : _lastOffset + 1, timestamp, key, value, headers);

    /// <summary>Appends a record with an offset beyond the last one's, as compaction needs it.</summary>
    /// <param name="offset">The offset.</param>
    /// <param name="timestamp">Its time in epoch milliseconds.</param>
    /// <param name="key">Its key, or null.</param>
    /// <param name="value">Its value, or null for a tombstone.</param>
    /// <param name="headers">Its headers.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The offset is not beyond the last one, or too far away.
    /// </exception>
    public void AppendAt(
        long offset, long timestamp, byte[]? key, byte[]? value, IReadOnlyList<RecordHeader>? headers = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(offset, _count == 0 ? BaseOffset : _lastOffset + 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, BaseOffset + int.MaxValue);
        if (_count == 0)
            _baseTimestamp = timestamp;
        _maxTimestamp = Math.Max(_maxTimestamp, timestamp);
        _lastOffset = offset;
        _count++;

        var timestampDelta = timestamp - _baseTimestamp;
        var offsetDelta = offset - BaseOffset;
        headers ??= [];
        var size = 1 + Varint.SizeOfSigned(timestampDelta) + Varint.SizeOfSigned(offsetDelta)
            + SizeOf(key) + SizeOf(value) + Varint.SizeOfSigned(headers.Count);
        foreach (var header in headers)
            size += SizeOf(Encoding.UTF8.GetByteCount(header.Key)) + SizeOf(header.Value);

        WriteSigned(size);
        Take(1)[0] = 0;
        WriteSigned(timestampDelta);
        WriteSigned(offsetDelta);
        Write(key);
        Write(value);
        WriteSigned(headers.Count);
        foreach (var header in headers)
        {
            Write(Encoding.UTF8.GetBytes(header.Key));
            Write(header.Value);
        }
    }

    /// <summary>The finished batch.</summary>
    /// <param name="lastOffset">
    /// The last offset that the batch stands for, where it is beyond the last record's because compaction took records
    /// away.
    /// </param>
    /// <exception cref="InvalidOperationException">
    /// The compression's library is missing; <see cref="CompressionCodec.IsAvailable"/> says so before.
    /// </exception>
    public byte[] Build(long? lastOffset = null)
    {
        var payload = _buffer.AsSpan(BatchLayout.Records.._used);
        var batch = Compression == CompressionType.None
            ? _buffer[.._used]
            : [.. _buffer.AsSpan(..BatchLayout.Records), .. CompressionCodec.Get(Compression).Compress(payload)];

        var attributes = (BatchAttributes)Compression
            | (IsTransactional ? BatchAttributes.Transactional : BatchAttributes.None)
            | (IsControl ? BatchAttributes.Control : BatchAttributes.None);
        var last = lastOffset ?? (_count == 0 ? BaseOffset : _lastOffset);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, _count == 0 ? BaseOffset : _lastOffset, nameof(lastOffset));

        Span<byte> header = batch;
        BinaryPrimitives.WriteInt32BigEndian(header[BatchLayout.Length..], batch.Length - BatchLayout.LengthOverhead);
        header[BatchLayout.Magic] = BatchLayout.CurrentMagic;
        BinaryPrimitives.WriteInt16BigEndian(header[BatchLayout.Attributes..], (short)attributes);
        BinaryPrimitives.WriteInt32BigEndian(header[BatchLayout.LastOffsetDelta..], checked((int)(last - BaseOffset)));
        BinaryPrimitives.WriteInt64BigEndian(header[BatchLayout.BaseTimestamp..], _baseTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(header[BatchLayout.MaxTimestamp..], _maxTimestamp);
        BinaryPrimitives.WriteInt64BigEndian(header[BatchLayout.ProducerId..], ProducerId);
        BinaryPrimitives.WriteInt16BigEndian(header[BatchLayout.ProducerEpoch..], ProducerEpoch);
        BinaryPrimitives.WriteInt32BigEndian(header[BatchLayout.BaseSequence..], BaseSequence);
        BinaryPrimitives.WriteInt32BigEndian(header[BatchLayout.Count..], _count);
        BatchPatch.SetPlace(header, BaseOffset, PartitionLeaderEpoch);
        BatchPatch.RenewCrc(header);
        return batch;
    }

    private static int SizeOf(byte[]? bytes) => bytes is null ? 1 : SizeOf(bytes.Length);

    private static int SizeOf(int length) => Varint.SizeOfSigned(length) + length;

    private void Write(byte[]? bytes)
    {
        WriteSigned(bytes?.Length ?? -1);
        bytes.CopyTo(Take(bytes?.Length ?? 0));
    }

    private void WriteSigned(long value)
    {
        var target = Take(Varint.SizeOfSigned(value));
        Varint.WriteSigned(target, value);
    }

    private Span<byte> Take(int count)
    {
        if (_buffer.Length - _used < count)
        {
            var doubled = (int)Math.Min(_buffer.Length * 2L, Array.MaxLength);
            Array.Resize(ref _buffer, Math.Max(checked(_used + count), doubled));
        }

        _used += count;
        return _buffer.AsSpan(_used - count, count);
    }
}

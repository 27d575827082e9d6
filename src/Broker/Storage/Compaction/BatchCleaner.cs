using System.Buffers.Binary;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;

namespace MedStreams.Broker.Storage;

/// <summary>What compaction does with a batch apart from what its keys say.</summary>
/// <param name="DropRecords">Its records go: its transaction was aborted, or it is a marker whose time has come.</param>
/// <param name="KeepEmpty">It stays even without records: it holds its producer's last sequence number, or ends its segment.</param>
/// <param name="MarksNothing">It is the marker of a transaction of which no batch is left.</param>
internal readonly record struct BatchVerdict(bool DropRecords, bool KeepEmpty, bool MarksNothing);

/// <summary>
/// Takes out of a batch the records that compaction removes. What stays keeps its offset, bytes and time; a compressed batch
/// is compressed again in the same way.
/// </summary>
/// <remarks>
/// The first pass that meets a tombstone, or a marker without transaction, sets the batch's delete horizon, now plus
/// <c>delete.retention.ms</c>; a pass after that time removes it (KIP-534). The horizon is the batch's base timestamp,
/// so the records' time deltas are written anew with it.
/// </remarks>
internal sealed class BatchCleaner(KeyOffsets keys, long now, long deleteRetentionMs)
{
    /// <summary>The most bytes that the records of a batch may take, against bombs.</summary>
    public const int MaxDecompressed = 256 << 20;
    private byte[] _kept = new byte[64 * 1024];
    private int _keptBytes;

    /// <summary>Cleans one batch.</summary>
    /// <returns>The batch as it stays: the same bytes, others, or none.</returns>
    /// <exception cref="InvalidDataException">The records cannot be read, perhaps for want of a compression's library.</exception>
    public ReadOnlySpan<byte> Clean(in RecordBatch batch, BatchVerdict verdict)
    {
        if (batch.Count == 0)
            return verdict.KeepEmpty ? batch.Bytes : default;
        if (verdict.DropRecords)
            return verdict.KeepEmpty ? Emptied(batch) : default;
        if (!CompressionCodec.TryDecompress(batch, MaxDecompressed, out var records))
            throw new InvalidDataException($"The records of the batch at offset {batch.BaseOffset} cannot be decompressed ({batch.Compression}).");

        var (kept, tombstones, maxTimestamp) = Select(batch, records);
        if (kept == 0)
            return verdict.KeepEmpty ? Emptied(batch) : default;
        var horizon = batch.DeleteHorizon is null && (tombstones || verdict.MarksNothing) ? now + deleteRetentionMs : (long?)null;
        if (kept == batch.Count && horizon is null)
            return batch.Bytes;
        if (horizon is { } baseTimestamp)
            Select(batch, records, baseTimestamp);
        return Rebuilt(batch, kept, horizon, maxTimestamp);
    }

    private bool Keeps(in RecordBatch batch, in RawRecord record)
    {
        if (batch.IsControl || record.Offset > keys.Latest)
            return true;
        if (!record.HasKey || record.Offset < keys.Find(record.Key))
            return false;
        return record.HasValue || batch.DeleteHorizon is not { } horizon || now < horizon;
    }

    /// <summary>Copies the records that stay, with times relative to a new base if there is one.</summary>
    private (int Count, bool Tombstones, long MaxTimestamp) Select(
        in RecordBatch batch, ReadOnlySpan<byte> records, long? baseTimestamp = null)
    {
        _keptBytes = 0;
        var (count, tombstones, maxTimestamp) = (0, false, -1L);
        var reader = new RawRecords(batch, records);
        while (reader.MoveNext())
        {
            var record = reader.Current;
            if (!Keeps(batch, record))
                continue;
            count++;
            tombstones |= !record.HasValue && !batch.IsControl;
            maxTimestamp = Math.Max(maxTimestamp, batch.BaseTimestamp + record.TimestampDelta);
            if (baseTimestamp is { } newBase)
                Append(record, batch.BaseTimestamp + record.TimestampDelta - newBase);
            else
                record.Bytes.CopyTo(Room(record.Bytes.Length));
        }

        return reader.Failed
            ? throw new InvalidDataException($"The records of the batch at offset {batch.BaseOffset} do not follow the format.")
            : (count, tombstones, maxTimestamp);
    }

    private void Append(in RawRecord record, long timestampDelta)
    {
        var length = 1 + Varint.SizeOfSigned(timestampDelta) + record.Rest.Length;
        var target = Room(Varint.SizeOfSigned(length) + length);
        target = target[Varint.WriteSigned(target, length)..];
        target[0] = record.Attributes;
        target = target[1..];
        target = target[Varint.WriteSigned(target, timestampDelta)..];
        record.Rest.CopyTo(target);
    }

    private Span<byte> Room(int bytes)
    {
        if (_kept.Length - _keptBytes < bytes)
            Array.Resize(ref _kept, Math.Max(_keptBytes + bytes, (int)Math.Min(_kept.Length * 2L, Array.MaxLength)));
        _keptBytes += bytes;
        return _kept.AsSpan(_keptBytes - bytes, bytes);
    }

    private byte[] Rebuilt(in RecordBatch batch, int count, long? horizon, long maxTimestamp)
    {
        ReadOnlySpan<byte> payload = _kept.AsSpan(0, _keptBytes);
        if (batch.Compression is not CompressionType.None)
            payload = CompressionCodec.Get(batch.Compression).Compress(payload);
        var rebuilt = new byte[BatchLayout.Records + payload.Length];
        batch.Bytes[..BatchLayout.Records].CopyTo(rebuilt);
        payload.CopyTo(rebuilt.AsSpan(BatchLayout.Records));
        if (horizon is { } time)
        {
            BinaryPrimitives.WriteInt16BigEndian(
                rebuilt.AsSpan(BatchLayout.Attributes), (short)(batch.Attributes | BatchAttributes.HasDeleteHorizon));
            BinaryPrimitives.WriteInt64BigEndian(rebuilt.AsSpan(BatchLayout.BaseTimestamp), time);
        }

        if (!batch.IsLogAppendTime)
            BinaryPrimitives.WriteInt64BigEndian(rebuilt.AsSpan(BatchLayout.MaxTimestamp), maxTimestamp);
        return Finished(rebuilt, count);
    }

    /// <summary>The header alone: it keeps offsets, producer and sequence.</summary>
    private static byte[] Emptied(in RecordBatch batch)
    {
        const BatchAttributes Kept = BatchAttributes.LogAppendTime | BatchAttributes.Transactional | BatchAttributes.Control;
        var emptied = batch.Bytes[..BatchLayout.Records].ToArray();
        BinaryPrimitives.WriteInt16BigEndian(emptied.AsSpan(BatchLayout.Attributes), (short)(batch.Attributes & Kept));
        BinaryPrimitives.WriteInt64BigEndian(emptied.AsSpan(BatchLayout.BaseTimestamp), -1);
        return Finished(emptied, 0);
    }

    private static byte[] Finished(byte[] batch, int count)
    {
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(BatchLayout.Length), batch.Length - BatchLayout.LengthOverhead);
        BinaryPrimitives.WriteInt32BigEndian(batch.AsSpan(BatchLayout.Count), count);
        BatchPatch.RenewCrc(batch);
        return batch;
    }
}

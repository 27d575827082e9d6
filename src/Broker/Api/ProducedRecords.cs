using System.Buffers.Binary;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;
using MedStreams.Broker.Storage;

namespace MedStreams.Broker.Api;

/// <summary>What becomes of a produced batch before it is appended.</summary>
/// <param name="Error">Why it is refused, or none.</param>
/// <param name="Message">The refusal in words.</param>
/// <param name="Records">The records that are to blame, by their index in the batch.</param>
/// <param name="Batch">The batch in another compression; null when it is stored as it came.</param>
internal readonly record struct PreparedBatch(
    ErrorCode Error,
    string? Message = null,
    List<ProduceResponse.BatchIndexAndErrorMessage>? Records = null,
    byte[]? Batch = null);

/// <summary>
/// What a topic's configuration asks of records beyond what a batch's header tells: a key in compacted topics, times within
/// <c>message.timestamp.before.max.ms</c> and <c>after.max.ms</c> of now, and the topic's own compression. Where it asks for
/// none of these, no record is decoded.
/// </summary>
internal static class ProducedRecords
{
    private const int MaxDecompressed = 256 << 20;
    private const int CompressionMask = 0x07;
    private const long NoTimestamp = -1;

    /// <summary>Checks the records of a batch and compresses them anew if need be.</summary>
    /// <param name="bytes">One whole batch whose header and CRC were checked.</param>
    /// <param name="settings">The topic's settings.</param>
    /// <param name="clock">The clock.</param>
    public static PreparedBatch Prepare(ReadOnlySpan<byte> bytes, TopicSettings settings, TimeProvider clock)
    {
        var batch = new RecordBatch(bytes);
        if (batch.IsLogAppendTime && !settings.LogAppendTime)
        {
            return new(ErrorCode.InvalidTimestamp, "Producers do not set append times.", [new()
            {
                BatchIndex = 0,
                BatchIndexErrorMessage = "Invalid timestamp type: producers should not set it to LogAppendTime.",
            }]);
        }

        var limits = TimeLimits.Of(settings, clock);
        var target = settings.Compression is { } wanted && wanted != batch.Compression ? wanted : (CompressionType?)null;
        if (!settings.Compact && limits is null && target is null)
            return new(ErrorCode.None);
        if (!CompressionCodec.TryDecompress(batch, MaxDecompressed, out var records))
            return new(ErrorCode.InvalidRecord, "The records cannot be decompressed, which the topic's configuration needs.");
        var checkedRecords = settings.Compact || limits is not null ? Check(batch, records, settings.Compact, limits) : new(ErrorCode.None);
        return checkedRecords.Error == ErrorCode.None && target is { } compression
            ? Recompress(batch, records, compression, settings)
            : checkedRecords;
    }

    private static PreparedBatch Check(in RecordBatch batch, ReadOnlySpan<byte> bytes, bool needsKeys, TimeLimits? limits)
    {
        List<ProduceResponse.BatchIndexAndErrorMessage>? faults = null;
        var invalidTime = false;
        var records = new RawRecords(batch, bytes);
        for (var index = 0; records.MoveNext(); index++)
        {
            var record = records.Current;
            if (needsKeys && !record.HasKey)
                Add(index, "Compacted topic cannot accept message without key.");
            else if (limits?.Fault(batch.BaseTimestamp + record.TimestampDelta, index) is { } fault)
                (invalidTime, _) = (true, Add(index, fault));
        }

        if (records.Failed)
            return new(ErrorCode.InvalidRecord, "The records do not follow the format.");
        if (faults is null)
            return new(ErrorCode.None);
        return invalidTime
            ? new(ErrorCode.InvalidTimestamp, "One or more records have been rejected due to invalid timestamp.", faults)
            : new(ErrorCode.InvalidRecord, $"One or more records have been rejected due to {faults.Count} record errors in total.", faults);

        bool Add(int index, string message)
        {
            (faults ??= []).Add(new() { BatchIndex = index, BatchIndexErrorMessage = message });
            return true;
        }
    }

    /// <summary>The same records in another compression: the header says so, nothing else changes.</summary>
    private static PreparedBatch Recompress(
        in RecordBatch batch, ReadOnlySpan<byte> records, CompressionType target, TopicSettings settings)
    {
        var codec = CompressionCodec.Get(target);
        if (!codec.IsAvailable)
            return new(ErrorCode.UnsupportedCompressionType, $"The broker's compression needs the package {codec.Package}, which is not installed.");
        var payload = target == CompressionType.None ? records : codec.Compress(records, settings.CompressionLevel);
        var rewritten = new byte[BatchLayout.Records + payload.Length];
        batch.Bytes[..BatchLayout.Records].CopyTo(rewritten);
        payload.CopyTo(rewritten.AsSpan(BatchLayout.Records));
        BinaryPrimitives.WriteInt32BigEndian(rewritten.AsSpan(BatchLayout.Length), rewritten.Length - BatchLayout.LengthOverhead);
        BinaryPrimitives.WriteInt16BigEndian(
            rewritten.AsSpan(BatchLayout.Attributes), (short)(((int)batch.Attributes & ~CompressionMask) | (int)target));
        BatchPatch.RenewCrc(rewritten);
        return rewritten.Length <= settings.MaxMessageBytes
            ? new(ErrorCode.None, Batch: rewritten)
            : new(ErrorCode.MessageTooLarge);
    }

    /// <summary>The times that records may have, in epoch milliseconds.</summary>
    private sealed record TimeLimits(long Earliest, long Latest)
    {
        /// <summary>Those of a topic now; null when any time will do.</summary>
        public static TimeLimits? Of(TopicSettings settings, TimeProvider clock)
        {
            if (settings.LogAppendTime
                || (settings.TimestampBeforeMax == TimeSpan.MaxValue && settings.TimestampAfterMax == TimeSpan.MaxValue))
            {
                return null;
            }

            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            return new(
                settings.TimestampBeforeMax == TimeSpan.MaxValue ? long.MinValue : now - (long)settings.TimestampBeforeMax.TotalMilliseconds,
                settings.TimestampAfterMax == TimeSpan.MaxValue ? long.MaxValue : now + (long)settings.TimestampAfterMax.TotalMilliseconds);
        }

        public string? Fault(long timestamp, int index) => timestamp == NoTimestamp || (timestamp >= Earliest && timestamp <= Latest)
            ? null
            : $"Timestamp {timestamp} of message with offset {index} is out of range. The timestamp should be within [{Earliest}, {Latest}]";
    }
}

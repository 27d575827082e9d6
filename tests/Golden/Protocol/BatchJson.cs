using System.Text;
using System.Text.Json;
using MedStreams.Broker.Records;
using Record = MedStreams.Broker.Records.Record;

namespace MedStreams.Golden.Tests.Protocol;

/// <summary>Record batches in the form of the recordings.</summary>
internal static class BatchJson
{
    public static CompressionType Compression(JsonElement json) =>
        Enum.Parse<CompressionType>(json.GetProperty("compression").GetString()!, ignoreCase: true);

    public static bool IsLogAppendTime(JsonElement json) =>
        json.GetProperty("timestampType").GetString() == "LogAppendTime";

    /// <summary>What differs between a batch and its recording, or null.</summary>
    public static string? Difference(JsonElement json, RecordBatch batch)
    {
        (string Name, long Value)[] numbers =
        [
            ("baseOffset", batch.BaseOffset), ("lastOffset", batch.LastOffset), ("sizeInBytes", batch.Size),
            ("partitionLeaderEpoch", batch.PartitionLeaderEpoch), ("crc", batch.Crc),
            ("maxTimestamp", batch.MaxTimestamp), ("producerId", batch.ProducerId),
            ("producerEpoch", batch.ProducerEpoch), ("baseSequence", batch.BaseSequence),
            ("lastSequence", batch.LastSequence),
        ];
        foreach (var (name, value) in numbers)
        {
            if (json.GetProperty(name).GetInt64() != value)
                return $"{name} is {value}";
        }

        if (batch.Compression != Compression(json) || batch.IsLogAppendTime != IsLogAppendTime(json)
            || batch.IsTransactional != json.GetProperty("transactional").GetBoolean()
            || batch.IsControl != json.GetProperty("control").GetBoolean()
            || (batch.ComputeCrc() == batch.Crc) != json.GetProperty("valid").GetBoolean())
            return $"the attributes are {batch.Attributes}";
        if (!CompressionCodec.TryDecompress(batch, 1 << 24, out var decompressed))
            return "the records do not decompress";

        var records = batch.Enumerate(decompressed);
        foreach (var expected in json.GetProperty("records").EnumerateArray())
        {
            if (!records.MoveNext())
                return $"record {expected.GetProperty("offset")} is missing";
            if (Difference(expected, records.Current) is { } difference)
                return $"record {expected.GetProperty("offset")}: {difference}";
        }

        return records.MoveNext() || records.Failed ? "something follows the last record" : null;
    }

    /// <summary>An uncompressed batch with the recorded content.</summary>
    public static byte[] Rebuild(JsonElement json)
    {
        var builder = new RecordBatchBuilder
        {
            BaseOffset = json.GetProperty("baseOffset").GetInt64(),
            PartitionLeaderEpoch = json.GetProperty("partitionLeaderEpoch").GetInt32(),
            ProducerId = json.GetProperty("producerId").GetInt64(),
            ProducerEpoch = json.GetProperty("producerEpoch").GetInt16(),
            BaseSequence = json.GetProperty("baseSequence").GetInt32(),
            IsTransactional = json.GetProperty("transactional").GetBoolean(),
        };
        foreach (var record in json.GetProperty("records").EnumerateArray())
        {
            RecordHeader[] headers =
            [
                .. record.GetProperty("headers").EnumerateArray()
                    .Select(h => new RecordHeader(h.GetProperty("key").GetString()!, Bytes(h, "valueHex"))),
            ];
            builder.AppendAt(
                record.GetProperty("offset").GetInt64(),
                record.GetProperty("timestamp").GetInt64(),
                Bytes(record, "keyHex"),
                Bytes(record, "valueHex"),
                headers);
        }

        return builder.Build(json.GetProperty("lastOffset").GetInt64());
    }

    /// <summary>A control batch with the recorded marker.</summary>
    public static byte[] RebuildMarker(JsonElement json)
    {
        var record = json.GetProperty("records")[0];
        var marker = new TransactionMarker(
            record.GetProperty("marker").GetString() == "COMMIT", record.GetProperty("coordinatorEpoch").GetInt32());
        return marker.ToBatch(
            json.GetProperty("baseOffset").GetInt64(),
            json.GetProperty("partitionLeaderEpoch").GetInt32(),
            json.GetProperty("producerId").GetInt64(),
            json.GetProperty("producerEpoch").GetInt16(),
            record.GetProperty("timestamp").GetInt64());
    }

    private static string? Difference(JsonElement json, Record record)
    {
        if (json.GetProperty("offset").GetInt64() != record.Offset)
            return $"the offset is {record.Offset}";
        if (json.GetProperty("timestamp").GetInt64() != record.Timestamp)
            return $"the time is {record.Timestamp}";
        if (!Same(json, "keyHex", record.Key, record.HasKey) || !Same(json, "valueHex", record.Value, record.HasValue))
            return "key or value differ";
        if (json.TryGetProperty("marker", out var marker))
        {
            var read = TransactionMarker.Read(record);
            var expected = new TransactionMarker(
                marker.GetString() == "COMMIT", json.GetProperty("coordinatorEpoch").GetInt32());
            return read == expected ? null : $"the marker is {read}";
        }

        var headers = record.Headers;
        foreach (var expected in json.GetProperty("headers").EnumerateArray())
        {
            if (!headers.MoveNext()
                || Encoding.UTF8.GetString(headers.Current.Key) != expected.GetProperty("key").GetString()
                || !Same(expected, "valueHex", headers.Current.Value, headers.Current.HasValue))
                return "the headers differ";
        }

        return headers.MoveNext() || headers.Failed ? "something follows the last header" : null;
    }

    private static bool Same(JsonElement json, string name, ReadOnlySpan<byte> bytes, bool present)
    {
        var expected = Bytes(json, name);
        return (expected is not null) == present && bytes.SequenceEqual(expected);
    }

    private static byte[]? Bytes(JsonElement json, string name) =>
        json.GetProperty(name) is { ValueKind: JsonValueKind.String } hex
            ? Convert.FromHexString(hex.GetString()!)
            : null;
}

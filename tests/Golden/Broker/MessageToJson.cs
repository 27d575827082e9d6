using System.Collections;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using MedStreams.Broker.Protocol;
using MedStreams.Broker.Records;

namespace MedStreams.Golden.Tests.Broker;

/// <summary>Messages as JSON in the form of the recorded conversations; records are shown by their content.</summary>
internal static class MessageToJson
{
    public static JsonObject Write(object message)
    {
        var json = new JsonObject();
        foreach (var property in message.GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            var name = char.ToLowerInvariant(property.Name[0]) + property.Name[1..];
            json[name] = WriteValue(property.GetValue(message));
        }

        return json;
    }

    private static JsonNode? WriteValue(object? value) => value switch
    {
        null => null,
        string text => JsonValue.Create(text),
        bool flag => JsonValue.Create(flag),
        byte[] bytes => JsonValue.Create(Convert.ToBase64String(bytes)),
        Guid id => JsonValue.Create(id.ToString()),
        RecordData records => WriteBatches(records),
        IWireStruct structure => Write(structure),
        IList list => new JsonArray([.. list.Cast<object?>().Select(WriteValue)]),
        _ => JsonValue.Create(Convert.ToInt64(value, null)),
    };

    /// <summary>No records and a null of records look alike in the recordings.</summary>
    private static JsonArray WriteBatches(RecordData records)
    {
        var array = new JsonArray();
        foreach (var batch in new BatchReader(records.ToMemory().Span, checkCrc: true))
        {
            array.Add(WriteBatch(batch));
        }

        return array;
    }

    private static JsonObject WriteBatch(RecordBatch batch)
    {
        Assert.True(CompressionCodec.TryDecompress(batch, 1 << 24, out var decompressed));
        var records = new JsonArray();
        foreach (var record in batch.Enumerate(decompressed))
        {
            records.Add(batch.IsControl
                ? new JsonObject
                {
                    ["offset"] = record.Offset,
                    ["marker"] = TransactionMarker.Read(record) is { IsCommit: true } ? "COMMIT" : "ABORT",
                }
                : new JsonObject
                {
                    ["offset"] = record.Offset,
                    ["timestamp"] = record.Timestamp,
                    ["key"] = record.HasKey ? Encoding.UTF8.GetString(record.Key) : null,
                    ["value"] = record.HasValue ? Encoding.UTF8.GetString(record.Value) : null,
                });
        }

        return new JsonObject
        {
            ["baseOffset"] = batch.BaseOffset,
            ["producerId"] = batch.ProducerId,
            ["producerEpoch"] = batch.ProducerEpoch,
            ["baseSequence"] = batch.BaseSequence,
            ["transactional"] = batch.IsTransactional,
            ["control"] = batch.IsControl,
            ["records"] = records,
        };
    }
}

using System.Text.Json;
using System.Text.Json.Nodes;

namespace MedStreams.Golden.Tests.Streams;

/// <summary>A recorded run of a topology in Kafka Streams.</summary>
internal sealed record StreamsVector(
    string Topology, string Describe, IReadOnlyList<VectorStep> Steps, JsonObject Stores, IReadOnlyList<string> ProducedTopics)
{
    public static StreamsVector Read(string file)
    {
        var root = JsonNode.Parse(File.ReadAllText(file))!.AsObject();
        return new StreamsVector(
            (string)root["topology"]!,
            (string)root["describe"]!,
            [.. root["steps"]!.AsArray().Select(s => VectorStep.Read(s!.AsObject()))],
            root["stores"]!.AsObject(),
            [.. root["producedTopics"]!.AsArray().Select(t => (string)t!)]);
    }
}

/// <summary>One step of a run: a record piped in, or the wall clock moved on; and what came out.</summary>
internal sealed record VectorStep(VectorRecord? Pipe, long AdvanceMilliseconds, IReadOnlyList<VectorRecord> Out)
{
    public static VectorStep Read(JsonObject step) =>
        new(
            step["pipe"] is { } pipe ? VectorRecord.Read(pipe.AsObject()) : null,
            step["advanceWallClockMillis"] is { } advance ? (long)advance : 0,
            [.. step["out"]!.AsArray().Select(o => VectorRecord.Read(o!.AsObject()))]);
}

/// <summary>A record; keys and values as text, headers as <c>name=value</c> in their order.</summary>
internal sealed record VectorRecord(string Topic, string? Key, string? Value, long Timestamp, string Headers)
{
    public static VectorRecord Read(JsonObject record) =>
        new(
            (string)record["topic"]!,
            (string?)record["key"],
            (string?)record["value"],
            (long)record["timestamp"]!,
            record["headers"] is JsonObject headers ? string.Join(";", headers.Select(h => $"{h.Key}={Text(h.Value)}")) : "");

    private static string? Text(JsonNode? value) =>
        value is null || value.GetValueKind() == JsonValueKind.Null ? null : (string?)value;
}

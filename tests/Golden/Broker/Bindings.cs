using System.Buffers.Binary;
using System.Text.Json.Nodes;
using MedStreams.Broker.Records;

namespace MedStreams.Golden.Tests.Broker;

/// <summary>
/// The values that a broker chose in one conversation, by the <c>$</c> names of the recording: learnt from responses, put
/// into requests, demanded again in later responses.
/// </summary>
internal sealed class Bindings
{
    private const int ProducerIdAt = 43;
    private const int CrcAt = 17;
    private const int AttributesAt = 21;
    private readonly Dictionary<string, JsonNode> _values = [];

    /// <summary>Producer ids as the recorded broker gave them, where a recorded batch shows one.</summary>
    private readonly Dictionary<long, string> _recordedProducers = [];

    /// <summary>A request as it is to be sent now.</summary>
    public JsonObject Resolve(JsonObject request)
    {
        var resolved = (JsonObject)ResolveNode(request)!;
        if (resolved["producerIdFilters"] is JsonArray filters)
        {
            // A filter names the recorded id itself.
            resolved["producerIdFilters"] = new JsonArray([.. filters.Select(f =>
                _recordedProducers.TryGetValue((long)f!, out var name) ? _values[name].DeepClone() : f!.DeepClone())]);
        }

        return resolved;
    }

    /// <summary>What differs between the recorded response and the one that came, or null. Learns names.</summary>
    public string? Difference(JsonNode? expected, JsonNode? actual, string path = "")
    {
        switch (expected)
        {
            case JsonObject recorded:
                foreach (var (name, value) in recorded)
                {
                    if (actual is not JsonObject came || !came.ContainsKey(name))
                    {
                        return $"{path}/{name} is missing";
                    }

                    if (Difference(value, came[name], $"{path}/{name}") is { } difference)
                    {
                        return difference;
                    }
                }

                return null;
            case JsonArray recorded:
                return ArrayDifference(recorded, actual as JsonArray, path);
            case JsonValue value when value.TryGetValue<string>(out var text) && text == "*":
                return null;
            case JsonValue value when value.TryGetValue<string>(out var text) && text.StartsWith('$'):
                if (_values.TryAdd(text, actual?.DeepClone() ?? ""))
                {
                    return null;
                }

                expected = _values[text];
                break;
            default:
                break;
        }

        return JsonNode.DeepEquals(expected, actual)
            ? null
            : $"{path} is {actual?.ToJsonString() ?? "null"} instead of {expected?.ToJsonString() ?? "null"}";
    }

    private string? ArrayDifference(JsonArray recorded, JsonArray? came, string path)
    {
        if (came is null || came.Count != recorded.Count)
        {
            return $"{path} has {came?.Count} elements instead of {recorded.Count}: {came?.ToJsonString()}";
        }

        foreach (var (a, b) in Sorted(recorded).Zip(Sorted(came)))
        {
            if (Difference(a, b, $"{path}[{Key(a)}]") is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    /// <summary>The order of objects in responses has no meaning.</summary>
    private static IEnumerable<JsonNode?> Sorted(JsonArray array) =>
        array.OrderBy(Key, StringComparer.Ordinal);

    private static string Key(JsonNode? element)
    {
        if (element is not JsonObject o)
        {
            return "";
        }

        string[] names =
            ["name", "topic", "groupId", "transactionalId", "key", "groupInstanceId", "partitionIndex", "partition", "index"];
        return string.Join(' ', names.Select(n => o[n]?.ToString() ?? ""));
    }

    private JsonNode? ResolveNode(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject o when o.ContainsKey("recordsBase64"):
                var copy = (JsonObject)o.DeepClone();
                copy["records"] = Convert.ToBase64String(Batch(o));
                copy.Remove("recordsBase64");
                return copy;
            case JsonObject o:
                return new JsonObject(o.Select(p => KeyValuePair.Create(p.Key, ResolveNode(p.Value))));
            case JsonArray array:
                return new JsonArray([.. array.Select(ResolveNode)]);
            case JsonValue value when value.TryGetValue<string>(out var text) && text.StartsWith('$'):
                return _values[text].DeepClone();
            default:
                return node?.DeepClone();
        }
    }

    private byte[] Batch(JsonObject data)
    {
        var bytes = Convert.FromBase64String((string)data["recordsBase64"]!);
        if (data["records"]![0]!["producerId"] is JsonValue id && id.TryGetValue<string>(out var name))
        {
            _recordedProducers[BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(ProducerIdAt))] = name;
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(ProducerIdAt), (long)_values[name]);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(CrcAt), Crc32C.Compute(bytes.AsSpan(AttributesAt)));
        }

        return bytes;
    }
}

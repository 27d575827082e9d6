using System.Reflection;
using System.Text.Json;
using MedStreams.Broker.Protocol;

namespace MedStreams.Golden.Tests.Protocol;

public sealed class OtherGoldenTests
{
    private static readonly Dictionary<string, Type> Versioned = typeof(IVersionedData).Assembly.GetTypes()
        .Where(t => t.IsClass && t.IsAssignableTo(typeof(IVersionedData)))
        .ToDictionary(t => t.Name);

    [Fact]
    public void Headers_group_data_and_internal_records_decode_and_encode_as_Kafka_does()
    {
        var tally = new Tally("protocol headers, group data and internal records");
        foreach (var file in GoldenFolder.Files("protocol", "other*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            foreach (var golden in document.RootElement.GetProperty("cases").EnumerateArray())
            {
                var kind = golden.GetProperty("kind").GetString()!;
                var version = golden.GetProperty("version").GetInt16();
                tally.Count($"{Path.GetFileName(file)} {kind} {version}", Compare(golden, kind, version));
            }
        }

        tally.Close();
    }

    private static string? Compare(JsonElement golden, string kind, short version)
    {
        var json = golden.GetProperty("json");
        var bytes = Bytes(golden, "hex");
        switch (kind)
        {
            case "RequestHeaderData":
                return MessageCases.Compare(json, bytes, typeof(RequestHeader), version, flexible: version >= 2);
            case "ResponseHeaderData":
                return MessageCases.Compare(json, bytes, typeof(ResponseHeader), version, flexible: version >= 1);
        }

        if (!Versioned.TryGetValue(kind, out var type))
            return "there is no such structure";
        var compare = typeof(OtherGoldenTests)
            .GetMethod(nameof(CompareVersioned), BindingFlags.Static | BindingFlags.NonPublic)!
            .MakeGenericMethod(type);
        return (string?)compare.Invoke(null, [golden, json, bytes, version]);
    }

    private static string? CompareVersioned<T>(JsonElement golden, JsonElement json, byte[] bytes, short version)
        where T : class, IVersionedData, new()
    {
        if (MessageCases.Compare(json, bytes, typeof(T), version, version >= T.FirstFlexibleVersion) is { } difference)
            return difference;
        var prefixed = Bytes(golden, "versionPrefixedHex");
        if (!VersionedData.TryRead(prefixed, out T value, out var read) || read != version)
            return "the value with its version cannot be read";
        return VersionedData.Write(version, value).AsSpan().SequenceEqual(prefixed)
            ? MessageJson.Difference(json, value)
            : "the value with its version encodes differently";
    }

    private static byte[] Bytes(JsonElement golden, string name) =>
        Convert.FromHexString(golden.GetProperty(name).GetString()!);
}

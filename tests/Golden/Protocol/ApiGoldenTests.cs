using System.Text.Json;
using MedStreams.Broker.Protocol;

namespace MedStreams.Golden.Tests.Protocol;

public sealed class ApiGoldenTests
{
    private static readonly Dictionary<string, Type> Messages = typeof(IApiMessage).Assembly.GetTypes()
        .Where(t => t.IsClass && t.IsAssignableTo(typeof(IApiMessage)))
        .ToDictionary(t => t.Name);

    [Fact]
    public void Messages_decode_and_encode_as_Kafka_does()
    {
        var tally = new Tally("protocol messages");
        foreach (var file in GoldenFolder.Files("protocol", "api-*.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var root = document.RootElement;
            var api = ApiTable.Find((ApiKey)root.GetProperty("apiKey").GetInt16());
            var name = root.GetProperty("name").GetString();
            foreach (var golden in root.GetProperty("cases").EnumerateArray())
            {
                var version = golden.GetProperty("version").GetInt16();
                var kind = golden.GetProperty("kind").GetString()!;
                var label = $"{Path.GetFileName(file)} {kind} {version}";
                if (api is null || !api.Known.Contains(version))
                    tally.NotServed();
                else
                    tally.Count(label, Compare(golden, api, name, kind, version));
            }
        }

        tally.Close();
    }

    private static string? Compare(JsonElement golden, ApiDescription api, string? name, string kind, short version)
    {
        if (api.Name != name)
            return $"the API is named {api.Name}";
        var request = kind == "request";
        var header = request ? api.RequestHeaderVersion(version) : api.ResponseHeaderVersion(version);
        if (header != golden.GetProperty("headerVersion").GetInt16())
            return $"the header's version is {header}";
        if (!Messages.TryGetValue(name + (request ? "Request" : "Response"), out var type))
            return "there is no such message";
        var bytes = Convert.FromHexString(golden.GetProperty("hex").GetString()!);
        return MessageCases.Compare(golden.GetProperty("json"), bytes, type, version, api.IsFlexible(version));
    }
}

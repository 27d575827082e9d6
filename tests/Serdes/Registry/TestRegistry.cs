using System.Text;
using System.Text.Json.Nodes;
using MedStreams.Serialization.Registry;

namespace MedStreams.Serialization.Tests.Registry;

/// <summary>An embedded registry over a log in memory, asked as HTTP would ask it.</summary>
internal sealed class TestRegistry : IDisposable
{
    private readonly EmbeddedSchemaRegistry _registry;

    private TestRegistry(EmbeddedSchemaRegistry registry, MemorySchemaLog log)
    {
        _registry = registry;
        Log = log;
    }

    public MemorySchemaLog Log { get; }

    public EmbeddedSchemaRegistry Registry => _registry;

    /// <summary>The log's records as text, a line each.</summary>
    public IEnumerable<string> Lines => Log.Records.Select(record =>
        $"{Encoding.UTF8.GetString(record.Key.Span)} {(record.Value is { } value ? Encoding.UTF8.GetString(value.Span) : "null")}");

    public static async Task<TestRegistry> StartAsync(MemorySchemaLog? log = null, EmbeddedSchemaRegistryOptions? options = null)
    {
        var used = log ?? new MemorySchemaLog();
        var registry = new EmbeddedSchemaRegistry(used, options);
        await registry.StartAsync();
        return new TestRegistry(registry, used);
    }

    /// <summary>The body of a schema to register.</summary>
    public static JsonObject Body(string schema, params (string Name, string Subject, int Version)[] references)
    {
        var body = new JsonObject { ["schema"] = schema };
        if (references.Length > 0)
            body["references"] = new JsonArray([.. references.Select(r => new JsonObject { ["name"] = r.Name, ["subject"] = r.Subject, ["version"] = r.Version })]);
        return body;
    }

    /// <summary>A record with fields that are written as <c>name:type</c>, or <c>name:type=default</c>.</summary>
    public static string Record(params string[] fields) => new JsonObject
    {
        ["type"] = "record",
        ["name"] = "R",
        ["fields"] = new JsonArray([.. fields.Select(Field)]),
    }.ToJsonString();

    public async Task<(int Status, JsonNode? Body)> AskAsync(string method, string target, JsonNode? body = null)
    {
        var answer = await SendAsync(method, target, body);
        return (answer.Status, JsonNode.Parse(answer.Body.Span));
    }

    /// <summary>The answer's JSON, of a request that must succeed.</summary>
    public async Task<string> OkAsync(string method, string target, JsonNode? body = null)
    {
        var answer = await SendAsync(method, target, body);
        var text = Encoding.UTF8.GetString(answer.Body.Span);
        Assert.True(answer.Status == 200, $"{method} {target}: {answer.Status} {text}");
        return text;
    }

    /// <summary>The error code of a request that must fail.</summary>
    public async Task<int> FailAsync(string method, string target, JsonNode? body = null)
    {
        var (status, answer) = await AskAsync(method, target, body);
        var code = (int)answer!["error_code"]!;
        Assert.Equal(status, code >= 1000 ? code / 100 : code);
        Assert.NotEmpty((string)answer["message"]!);
        return code;
    }

    public async Task<int> RegisterAsync(string subject, string schema, params (string Name, string Subject, int Version)[] references)
    {
        var (status, answer) = await AskAsync("POST", $"/subjects/{subject}/versions", Body(schema, references));
        Assert.True(status == 200, answer!.ToJsonString());
        return (int)answer["id"]!;
    }

    public void Dispose() => _registry.Dispose();

    private Task<RegistryResponse> SendAsync(string method, string target, JsonNode? body) =>
        _registry.HandleAsync(new RegistryRequest(method, target, Encoding.UTF8.GetBytes(body?.ToJsonString() ?? "")));

    private static JsonNode Field(string text)
    {
        var (name, rest) = (text.Split(':')[0], text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        var parts = rest.Split('=', 2);
        var field = new JsonObject { ["name"] = name, ["type"] = JsonNode.Parse(parts[0][0] is '[' or '{' ? parts[0] : $"\"{parts[0]}\"") };
        if (parts.Length > 1)
            field["default"] = JsonNode.Parse(parts[1]);
        return field;
    }
}

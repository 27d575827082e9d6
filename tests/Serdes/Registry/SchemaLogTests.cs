using System.Text;
using System.Text.Json.Nodes;
using MedStreams.Serialization.Registry;

namespace MedStreams.Serialization.Tests.Registry;

public sealed class SchemaLogTests
{
    [Fact]
    public async Task Records_are_those_of_Confluent_s_registry()
    {
        using var registry = await TestRegistry.StartAsync();
        await registry.RegisterAsync("t-value", "\"string\"");
        await registry.OkAsync("PUT", "/config", new JsonObject { ["compatibility"] = "FULL" });
        await registry.OkAsync("PUT", "/config/t-value", new JsonObject { ["compatibility"] = "NONE" });
        await registry.RegisterAsync("%C3%BC%20%22q%22", "\"string\"");
        await registry.OkAsync("DELETE", "/subjects/t-value/versions/1");
        await registry.OkAsync("DELETE", "/subjects/%C3%BC%20%22q%22");
        await registry.OkAsync("DELETE", "/subjects/t-value/versions/1?permanent=true");
        await registry.OkAsync("PUT", "/mode", new JsonObject { ["mode"] = "READONLY" });

        Assert.Equal(
            [
                """{"keytype":"SCHEMA","subject":"t-value","version":1,"magic":1} {"subject":"t-value","version":1,"id":1,"schema":"\"string\"","deleted":false}""",
                """{"keytype":"CONFIG","magic":0} {"compatibilityLevel":"FULL"}""",
                """{"keytype":"CONFIG","subject":"t-value","magic":0} {"subject":"t-value","compatibilityLevel":"NONE"}""",
                """{"keytype":"SCHEMA","subject":"ü \"q\"","version":1,"magic":1} {"subject":"ü \"q\"","version":1,"id":1,"schema":"\"string\"","deleted":false}""",
                """{"keytype":"SCHEMA","subject":"t-value","version":1,"magic":1} {"subject":"t-value","version":1,"id":1,"schema":"\"string\"","deleted":true}""",
                """{"keytype":"DELETE_SUBJECT","subject":"ü \"q\"","magic":0} {"subject":"ü \"q\"","version":1}""",
                """{"keytype":"NOOP","magic":0} {"maxId":1}""",
                """{"keytype":"SCHEMA","subject":"t-value","version":1,"magic":1} null""",
                """{"keytype":"CONFIG","subject":"t-value","magic":0} null""",
                """{"keytype":"MODE","magic":0} {"mode":"READONLY"}""",
            ],
            registry.Lines);
    }

    [Fact]
    public async Task A_topic_of_Confluent_s_registry_can_be_taken_over()
    {
        var log = new MemorySchemaLog();
        foreach (var (key, value) in new (string, string?)[]
        {
            ("""{"keytype":"NOOP","magic":0}""", null),
            ("""{"keytype":"SCHEMA","subject":"t-value","version":1,"magic":1}""", """{"subject":"t-value","version":1,"id":1,"md5":"x","schemaType":"AVRO","schema":"\"int\"","metadata":{"properties":{"owner":"lab"}},"deleted":false}"""),
            ("""{"keytype":"SCHEMA","subject":"p-value","version":1,"magic":1}""", """{"subject":"p-value","version":1,"id":7,"schemaType":"PROTOBUF","schema":"syntax = \"proto3\";","deleted":false}"""),
            ("""{"keytype":"CONFIG","magic":0}""", """{"compatibilityLevel":"NONE","alias":"x"}"""),
            ("""{"keytype":"CONTEXT","tenant":"default","context":".lab","magic":0}""", """{"tenant":"default","context":".lab"}"""),
            ("""{"keytype":"ASSOC","tenant":"default","magic":0}""", """{"some":"thing"}"""),
            ("""{"keytype":"MODE","subject":"t-value","magic":0}""", """{"subject":"t-value","mode":"READWRITE"}"""),
            ("not JSON", "nor this"),
            ("""{"keytype":"SCHEMA","subject":"broken","version":1,"magic":1}""", "[1]"),
            ("""{"keytype":"SCHEMA","subject":"broken","version":2,"magic":1}""", """{"schema":"\"int\""}"""),
            ("""{"keytype":"SCHEMA","subject":"broken","version":3,"magic":1}""", """{"id":1,"id":1,"schema":"\"int\""}"""),
            ("""{"keytype":"SCHEMA","keytype":"SCHEMA","subject":"broken","version":4,"magic":1}""", """{"id":1,"schema":"\"int\""}"""),
            ("""{"keytype":"SCHEMA","subject":"\ud800","version":5,"magic":1}""", """{"id":1,"schema":"\"int\""}"""),
        })
        {
            await log.AppendAsync(new SchemaLogRecord(Encoding.UTF8.GetBytes(key), value is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(value)), CancellationToken.None);
        }

        using var registry = await TestRegistry.StartAsync(log);

        Assert.Equal("""["p-value","t-value"]""", await registry.OkAsync("GET", "/subjects"));
        Assert.Contains("PROTOBUF", await registry.OkAsync("GET", "/schemas/ids/7"), StringComparison.Ordinal);
        Assert.Equal("\"syntax = \\\"proto3\\\";\"", await registry.OkAsync("GET", "/schemas/ids/7/schema"));
        Assert.Equal(8, await registry.RegisterAsync("t-value", "\"string\""));
        Assert.Equal("""{"compatibilityLevel":"NONE","alias":"x"}""", await registry.OkAsync("GET", "/config"));
        await registry.OkAsync("DELETE", "/subjects/t-value/versions/1");
        Assert.Contains("\"metadata\":{\"properties\":{\"owner\":\"lab\"}},\"deleted\":true}", registry.Lines.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_finds_everything_as_it_was_compacted_or_not()
    {
        using var registry = await TestRegistry.StartAsync(options: new EmbeddedSchemaRegistryOptions { Compatibility = CompatibilityLevel.None });
        var random = new Random(5);
        for (var i = 0; i < 300; i++)
        {
            var subject = $"s{random.Next(6)}";
            _ = random.Next(8) switch
            {
                0 => await registry.AskAsync("DELETE", $"/subjects/{subject}"),
                1 => await registry.AskAsync("DELETE", $"/subjects/{subject}?permanent=true"),
                2 => await registry.AskAsync("DELETE", $"/subjects/{subject}/versions/{random.Next(1, 5)}?permanent={random.Next(2) == 0}"),
                3 => await registry.AskAsync("PUT", $"/config/{subject}", new JsonObject { ["compatibility"] = "NONE" }),
                _ => await registry.AskAsync("POST", $"/subjects/{subject}/versions", TestRegistry.Body(TestRegistry.Record($"f{random.Next(9)}:int"))),
            };
        }

        var expected = await Everything(registry);
        using var again = await TestRegistry.StartAsync(registry.Log);
        using var compacted = await TestRegistry.StartAsync(RegistryApiTests.Compacted(registry.Log));
        Assert.Equal(expected, await Everything(again));
        Assert.Equal(expected, await Everything(compacted));
        Assert.Contains("\"id\":", expected, StringComparison.Ordinal);
    }

    private static async Task<string> Everything(TestRegistry registry)
    {
        var text = new StringBuilder();
        foreach (var target in new[] { "/schemas", "/schemas?deleted=true", "/subjects", "/subjects?deletedOnly=true", "/config/s1?defaultToGlobal=true" })
            text.AppendLine(await registry.OkAsync("GET", target));
        return text.ToString();
    }
}

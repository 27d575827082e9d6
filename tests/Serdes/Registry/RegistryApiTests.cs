using System.Text;
using System.Text.Json.Nodes;
using MedStreams.Serialization.Registry;

namespace MedStreams.Serialization.Tests.Registry;

public sealed class RegistryApiTests
{
    [Fact]
    public async Task A_schema_gets_an_id_and_a_version_and_is_found_by_both()
    {
        using var registry = await TestRegistry.StartAsync();

        Assert.Equal("""{"id":1,"version":1,"schema":"\"string\""}""", await registry.OkAsync("POST", "/subjects/a-value/versions", TestRegistry.Body("  \"string\" ")));
        Assert.Equal("""{"schema":"\"string\""}""", await registry.OkAsync("GET", "/schemas/ids/1"));
        Assert.Equal("\"string\"", await registry.OkAsync("GET", "/schemas/ids/1/schema"));
        Assert.Equal("""{"subject":"a-value","version":1,"id":1,"schema":"\"string\""}""", await registry.OkAsync("GET", "/subjects/a-value/versions/1"));
        Assert.Equal("""{"subject":"a-value","version":1,"id":1,"schema":"\"string\""}""", await registry.OkAsync("GET", "/subjects/a-value/versions/latest"));
        Assert.Equal("\"string\"", await registry.OkAsync("GET", "/subjects/a-value/versions/-1/schema"));
        Assert.Equal("""["a-value"]""", await registry.OkAsync("GET", "/subjects"));
        Assert.Equal("[1]", await registry.OkAsync("GET", "/subjects/a-value/versions"));
        Assert.Equal("""["a-value"]""", await registry.OkAsync("GET", "/schemas/ids/1/subjects"));
        Assert.Equal("""[{"subject":"a-value","version":1}]""", await registry.OkAsync("GET", "/schemas/ids/1/versions"));
        Assert.Equal("""["AVRO"]""", await registry.OkAsync("GET", "/schemas/types"));
        Assert.Equal("""[{"subject":"a-value","version":1,"id":1,"schema":"\"string\""}]""", await registry.OkAsync("GET", "/schemas?latestOnly=true"));
        Assert.Equal("{}", await registry.OkAsync("GET", "/"));
    }

    [Fact]
    public async Task The_same_schema_is_registered_once()
    {
        using var registry = await TestRegistry.StartAsync();

        Assert.Equal(1, await registry.RegisterAsync("a", TestRegistry.Record("x:int")));
        Assert.Equal(1, await registry.RegisterAsync("a", """{ "fields" : [{"type":"int", "name":"x"}], "name":"R", "type":"record" }"""));
        Assert.Equal(1, await registry.RegisterAsync("b", TestRegistry.Record("x:int")));
        Assert.Equal(2, await registry.RegisterAsync("b", TestRegistry.Record("x:int", "y:int=0")));
        Assert.Equal("[1,2]", await registry.OkAsync("GET", "/subjects/b/versions"));
        Assert.Equal(3, registry.Log.Records.Count);
    }

    [Fact]
    public async Task A_look_up_finds_what_is_registered_only()
    {
        using var registry = await TestRegistry.StartAsync();
        await registry.RegisterAsync("a", TestRegistry.Record("x:int"));

        Assert.Contains("\"version\":1", await registry.OkAsync("POST", "/subjects/a", TestRegistry.Body(TestRegistry.Record("x:int"))), StringComparison.Ordinal);
        Assert.Equal(40403, await registry.FailAsync("POST", "/subjects/a", TestRegistry.Body(TestRegistry.Record("y:int"))));
        Assert.Equal(40401, await registry.FailAsync("POST", "/subjects/b", TestRegistry.Body(TestRegistry.Record("x:int"))));
        Assert.Equal(42201, await registry.FailAsync("POST", "/subjects/a", TestRegistry.Body("{")));
    }

    [Theory]
    [InlineData("GET", "/subjects/none/versions", 40401)]
    [InlineData("GET", "/subjects/none/versions/1", 40401)]
    [InlineData("GET", "/subjects/a/versions/2", 40402)]
    [InlineData("GET", "/subjects/a/versions/0", 42202)]
    [InlineData("GET", "/subjects/a/versions/x", 42202)]
    [InlineData("GET", "/schemas/ids/9", 40403)]
    [InlineData("GET", "/schemas/ids/9/schema", 40403)]
    [InlineData("GET", "/schemas/ids/9/subjects", 40403)]
    [InlineData("DELETE", "/subjects/none", 40401)]
    [InlineData("DELETE", "/subjects/none/versions/1", 40401)]
    [InlineData("DELETE", "/subjects/a/versions/7", 40402)]
    [InlineData("DELETE", "/subjects/a/versions/1?permanent=true", 40407)]
    [InlineData("DELETE", "/subjects/a?permanent=true", 40405)]
    [InlineData("GET", "/config/a", 40408)]
    [InlineData("GET", "/mode/a", 40409)]
    [InlineData("DELETE", "/config/a", 40401)]
    [InlineData("GET", "/nothing/of/it", 404)]
    [InlineData("PATCH", "/subjects", 404)]
    public async Task What_is_not_there_is_told_in_Confluent_s_codes(string method, string target, int code)
    {
        using var registry = await TestRegistry.StartAsync();
        await registry.RegisterAsync("a", "\"int\"");

        Assert.Equal(code, await registry.FailAsync(method, target));
    }

    [Theory]
    [InlineData("""{"schema":"\"nothing\""}""", 42201)]
    [InlineData("""{"schema":""}""", 42201)]
    [InlineData("""{"schema":5}""", 42201)]
    [InlineData("""{}""", 42201)]
    [InlineData("""{"schema":"{}","schemaType":"JSON"}""", 42201)]
    [InlineData("""{"schema":"\"int\"","references":[{"name":"x","subject":"nowhere","version":1}]}""", 42201)]
    [InlineData("""{"schema":"{\"type\":\"record\",\"name\":\"Größe\",\"fields\":[]}"}""", 42201)]
    [InlineData("""{"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"int\",\"default\":\"x\"}]}"}""", 42201)]
    [InlineData("[]", 422)]
    [InlineData("{", 400)]
    [InlineData("""{"schema":"\"int\"","schema":"\"int\""}""", 400)]
    [InlineData("""{"schema":"\ud800"}""", 400)]
    [InlineData("""{"schema":"\"int\"","references":[{"name":"x","name":"x","subject":"s","version":1}]}""", 400)]
    public async Task What_cannot_be_registered_is_refused(string body, int code)
    {
        using var registry = await TestRegistry.StartAsync();
        var answer = await registry.Registry.HandleAsync(new RegistryRequest("POST", "/subjects/a/versions", Encoding.UTF8.GetBytes(body)));

        Assert.Equal(code, (int)JsonNode.Parse(answer.Body.Span)!["error_code"]!);
        Assert.Empty(registry.Log.Records);
    }

    [Theory]
    [InlineData("NONE", "x:int", "x:string", null)]
    [InlineData("BACKWARD", "x:int", "x:int y:int", "READER_FIELD_MISSING_DEFAULT_VALUE")]
    [InlineData("BACKWARD", "x:int", "x:int y:int=0", null)]
    [InlineData("BACKWARD", "x:int y:int", "x:int", null)]
    [InlineData("FORWARD", "x:int y:int", "x:int", "READER_FIELD_MISSING_DEFAULT_VALUE")]
    [InlineData("FORWARD", "x:int", "x:int y:int", null)]
    [InlineData("FULL", "x:int", "x:int y:int", "READER_FIELD_MISSING_DEFAULT_VALUE")]
    [InlineData("FULL", "x:int y:int", "x:int", "READER_FIELD_MISSING_DEFAULT_VALUE")]
    [InlineData("FULL", "x:int", "x:int y:int=0", null)]
    [InlineData("BACKWARD", "x:string", "x:int", "TYPE_MISMATCH")]
    [InlineData("BACKWARD", "x:int", "x:long", null)]
    [InlineData("FORWARD", "x:int", "x:long", "TYPE_MISMATCH")]
    public async Task A_new_schema_fits_the_last_one_as_the_level_says(string level, string before, string after, string? reason)
    {
        using var registry = await TestRegistry.StartAsync();
        await registry.OkAsync("PUT", "/config/a", new JsonObject { ["compatibility"] = level });
        await registry.RegisterAsync("a", TestRegistry.Record(before.Split(' ')));

        var body = TestRegistry.Body(TestRegistry.Record(after.Split(' ')));
        var check = JsonNode.Parse(await registry.OkAsync("POST", "/compatibility/subjects/a/versions/latest?verbose=true", body))!;
        var (status, answer) = await registry.AskAsync("POST", "/subjects/a/versions", body);

        Assert.Equal(reason is null, (bool)check["is_compatible"]!);
        Assert.Equal(reason is null ? 200 : 409, status);
        if (reason is null)
            return;
        var message = (string)answer!["message"]!;
        Assert.StartsWith($"Schema being registered is incompatible with an earlier schema for subject \"a\", details: [{{errorType:'{reason}', description:'", message, StringComparison.Ordinal);
        Assert.Contains("{oldSchemaVersion: 1}, {oldSchema: '{\"type\":\"record\",\"name\":\"R\"", message, StringComparison.Ordinal);
        Assert.EndsWith($"{{validateFields: 'false', compatibility: '{level}'}}]", message, StringComparison.Ordinal);
        Assert.Contains(reason, check["messages"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BACKWARD", 200)]
    [InlineData("BACKWARD_TRANSITIVE", 409)]
    [InlineData("FORWARD_TRANSITIVE", 409)]
    [InlineData("FULL_TRANSITIVE", 409)]
    public async Task Transitive_levels_look_at_all_before(string level, int expected)
    {
        using var registry = await TestRegistry.StartAsync();
        await registry.OkAsync("PUT", "/config", new JsonObject { ["compatibility"] = "NONE" });
        await registry.RegisterAsync("a", TestRegistry.Record("x:string"));
        await registry.RegisterAsync("a", TestRegistry.Record("x:int"));
        await registry.OkAsync("PUT", "/config/a", new JsonObject { ["compatibility"] = level });

        var (status, _) = await registry.AskAsync("POST", "/subjects/a/versions", TestRegistry.Body(TestRegistry.Record("x:int", "y:int=0")));
        Assert.Equal(expected, status);
        var check = await registry.OkAsync("POST", "/compatibility/subjects/a/versions", TestRegistry.Body(TestRegistry.Record("x:int", "y:int=0")));
        Assert.Equal(expected == 200, check.Contains("true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Settings_are_those_of_the_subject_or_else_the_registry_s()
    {
        using var registry = await TestRegistry.StartAsync();

        Assert.Equal("""{"compatibilityLevel":"BACKWARD"}""", await registry.OkAsync("GET", "/config"));
        Assert.Equal("""{"compatibility":"full"}""", await registry.OkAsync("PUT", "/config", new JsonObject { ["compatibility"] = "full" }));
        Assert.Equal("""{"compatibilityLevel":"FULL"}""", await registry.OkAsync("GET", "/config/a?defaultToGlobal=true"));
        await registry.OkAsync("PUT", "/config/a", new JsonObject { ["compatibility"] = "NONE", ["normalize"] = true });
        Assert.Equal("""{"compatibilityLevel":"NONE","normalize":true}""", await registry.OkAsync("GET", "/config/a"));
        Assert.Equal("""{"compatibilityLevel":"NONE","normalize":true}""", await registry.OkAsync("DELETE", "/config/a"));
        Assert.Equal(40408, await registry.FailAsync("GET", "/config/a"));
        Assert.Equal(42203, await registry.FailAsync("PUT", "/config", new JsonObject { ["compatibility"] = "SIDEWAYS" }));
        await registry.OkAsync("DELETE", "/config");
        Assert.Equal("""{"compatibilityLevel":"BACKWARD"}""", await registry.OkAsync("GET", "/config"));
    }

    [Fact]
    public async Task A_deleted_version_is_read_by_its_id_and_comes_back_under_it()
    {
        using var registry = await TestRegistry.StartAsync();
        await registry.OkAsync("PUT", "/config", new JsonObject { ["compatibility"] = "NONE" });
        await registry.RegisterAsync("a", "\"int\"");
        await registry.RegisterAsync("a", "\"string\"");

        Assert.Equal("1", await registry.OkAsync("DELETE", "/subjects/a/versions/1"));
        Assert.Equal("[2]", await registry.OkAsync("GET", "/subjects/a/versions"));
        Assert.Equal("[1,2]", await registry.OkAsync("GET", "/subjects/a/versions?deleted=true"));
        Assert.Equal("[1]", await registry.OkAsync("GET", "/subjects/a/versions?deletedOnly=true"));
        Assert.Equal(40402, await registry.FailAsync("GET", "/subjects/a/versions/1"));
        Assert.Contains("\"id\":1", await registry.OkAsync("GET", "/subjects/a/versions/1?deleted=true"), StringComparison.Ordinal);
        Assert.Equal("""{"schema":"\"int\""}""", await registry.OkAsync("GET", "/schemas/ids/1"));
        Assert.Equal("[]", await registry.OkAsync("GET", "/schemas/ids/1/subjects"));
        Assert.Equal(40406, await registry.FailAsync("DELETE", "/subjects/a/versions/1"));
        Assert.Equal(40403, await registry.FailAsync("POST", "/subjects/a", TestRegistry.Body("\"int\"")));

        Assert.Equal(1, await registry.RegisterAsync("a", "\"int\""));
        Assert.Equal("[2,3]", await registry.OkAsync("GET", "/subjects/a/versions?deleted=true"));
    }

    [Fact]
    public async Task A_subject_is_deleted_and_then_for_good()
    {
        using var registry = await TestRegistry.StartAsync();
        await registry.OkAsync("PUT", "/config", new JsonObject { ["compatibility"] = "NONE" });
        await registry.RegisterAsync("a", "\"int\"");
        await registry.RegisterAsync("a", "\"string\"");
        await registry.OkAsync("PUT", "/config/a", new JsonObject { ["compatibility"] = "FULL" });

        Assert.Equal("[1,2]", await registry.OkAsync("DELETE", "/subjects/a"));
        Assert.Equal("[]", await registry.OkAsync("GET", "/subjects"));
        Assert.Equal("""["a"]""", await registry.OkAsync("GET", "/subjects?deleted=true"));
        Assert.Equal("""["a"]""", await registry.OkAsync("GET", "/subjects?deletedOnly=true"));
        Assert.Equal(40404, await registry.FailAsync("DELETE", "/subjects/a"));
        Assert.Equal(40401, await registry.FailAsync("GET", "/subjects/a/versions"));
        Assert.Equal("[1,2]", await registry.OkAsync("DELETE", "/subjects/a?permanent=true"));
        Assert.Equal("[]", await registry.OkAsync("GET", "/subjects?deleted=true"));
        Assert.Equal(40403, await registry.FailAsync("GET", "/schemas/ids/1"));
        Assert.Equal(40408, await registry.FailAsync("GET", "/config/a"));
    }

    [Fact]
    public async Task An_id_is_never_given_twice_even_after_a_restart()
    {
        using var registry = await TestRegistry.StartAsync();
        await registry.RegisterAsync("a", "\"int\"");
        await registry.OkAsync("DELETE", "/subjects/a");
        await registry.OkAsync("DELETE", "/subjects/a?permanent=true");

        using var again = await TestRegistry.StartAsync(Compacted(registry.Log));
        Assert.Equal(2, await again.RegisterAsync("b", "\"string\""));
    }

    [Fact]
    public async Task A_schema_may_refer_to_types_of_other_subjects()
    {
        using var registry = await TestRegistry.StartAsync();
        var ward = """{"type":"record","name":"Ward","namespace":"h","fields":[{"name":"no","type":"int"}]}""";
        var visit = """{"type":"record","name":"Visit","namespace":"h","fields":[{"name":"ward","type":"Ward"},{"name":"next","type":["null","h.Ward"]}]}""";
        await registry.RegisterAsync("ward", ward);

        Assert.Equal(42201, await registry.FailAsync("POST", "/subjects/visit/versions", TestRegistry.Body(visit)));
        Assert.Equal(2, await registry.RegisterAsync("visit", visit, ("h.Ward", "ward", 1)));
        Assert.Contains("\"references\":[{\"name\":\"h.Ward\",\"subject\":\"ward\",\"version\":1}]", await registry.OkAsync("GET", "/schemas/ids/2"), StringComparison.Ordinal);
        Assert.Equal("""{"type":"record","name":"Visit","namespace":"h","fields":[{"name":"ward","type":"Ward"},{"name":"next","type":["null","Ward"]}]}""", await registry.OkAsync("GET", "/schemas/ids/2/schema"));
        Assert.Equal("[2]", await registry.OkAsync("GET", "/subjects/ward/versions/1/referencedby"));
        Assert.Equal(42206, await registry.FailAsync("DELETE", "/subjects/ward"));
        Assert.Equal(42206, await registry.FailAsync("DELETE", "/subjects/ward/versions/1"));

        // The same schema with everything written out is the same schema.
        var whole = $$"""{"type":"record","name":"Visit","namespace":"h","fields":[{"name":"ward","type":{{ward}}},{"name":"next","type":["null","Ward"]}]}""";
        Assert.Equal(2, await registry.RegisterAsync("visit", whole));
        await registry.OkAsync("DELETE", "/subjects/visit");
        await registry.OkAsync("DELETE", "/subjects/ward");
        Assert.Equal(42206, await registry.FailAsync("DELETE", "/subjects/ward?permanent=true"));
    }

    [Fact]
    public async Task Modes_say_what_may_be_done()
    {
        using var registry = await TestRegistry.StartAsync();
        await registry.RegisterAsync("a", "\"int\"");

        Assert.Equal("""{"mode":"READWRITE"}""", await registry.OkAsync("GET", "/mode"));
        Assert.Equal(42204, await registry.FailAsync("PUT", "/mode", new JsonObject { ["mode"] = "SIDEWAYS" }));
        Assert.Equal("""{"mode":"READONLY"}""", await registry.OkAsync("PUT", "/mode/a", new JsonObject { ["mode"] = "READONLY" }));
        Assert.Equal(42205, await registry.FailAsync("POST", "/subjects/a/versions", TestRegistry.Body("\"long\"")));
        Assert.Equal(42205, await registry.FailAsync("DELETE", "/subjects/a"));
        Assert.Equal(42205, await registry.FailAsync("PUT", "/config/a", new JsonObject { ["compatibility"] = "NONE" }));
        Assert.Equal("""{"mode":"READONLY"}""", await registry.OkAsync("DELETE", "/mode/a"));
        Assert.Equal(2, await registry.RegisterAsync("a", "\"long\""));
        Assert.Equal(42205, await registry.FailAsync("PUT", "/mode/a", new JsonObject { ["mode"] = "IMPORT" }));
        Assert.Equal(42205, await registry.FailAsync("POST", "/subjects/b/versions", new JsonObject { ["schema"] = "\"int\"", ["id"] = 77 }));
        await registry.OkAsync("PUT", "/mode/b", new JsonObject { ["mode"] = "IMPORT" });
        Assert.Equal("""{"id":77,"version":5,"schema":"\"bytes\""}""", await registry.OkAsync("POST", "/subjects/b/versions", new JsonObject { ["schema"] = "\"bytes\"", ["id"] = 77, ["version"] = 5 }));
        Assert.Equal(42205, await registry.FailAsync("POST", "/subjects/b/versions", new JsonObject { ["schema"] = "\"float\"", ["id"] = 77 }));
        await registry.OkAsync("PUT", "/mode", new JsonObject { ["mode"] = "READONLY_OVERRIDE" });
        Assert.Equal(42205, await registry.FailAsync("POST", "/subjects/b/versions", new JsonObject { ["schema"] = "\"float\"", ["id"] = 78 }));
    }

    [Fact]
    public async Task A_normalized_schema_is_the_same_in_another_order_of_attributes()
    {
        using var registry = await TestRegistry.StartAsync();
        var one = """{"type":"record","name":"R","aliases":["B","A"],"doc":"","fields":[{"name":"a","type":{"type":"bytes","zeta":1,"scale":2,"precision":4,"logicalType":"decimal","alpha":{"y":1,"x":2}}}]}""";
        var other = """{"type":"record","name":"R","aliases":["A","B"],"fields":[{"name":"a","type":{"alpha":{"x":2,"y":1},"logicalType":"decimal","precision":4,"scale":2,"type":"bytes","zeta":1}}]}""";

        Assert.Equal("""{"id":1,"version":1,"schema":"{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4,\"scale\":2,\"alpha\":{\"x\":2,\"y\":1},\"zeta\":1}}],\"aliases\":[\"A\",\"B\"]}"}""",
            await registry.OkAsync("POST", "/subjects/a/versions?normalize=true", TestRegistry.Body(one)));
        Assert.Contains("\"id\":1,", await registry.OkAsync("POST", "/subjects/a/versions?normalize=true", TestRegistry.Body(other)), StringComparison.Ordinal);
        Assert.Contains("\"id\":1,", await registry.OkAsync("POST", "/subjects/a?normalize=true", TestRegistry.Body(one)), StringComparison.Ordinal);
        Assert.Contains("\"id\":2,", await registry.OkAsync("POST", "/subjects/a/versions", TestRegistry.Body(one)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subjects_may_hold_any_letter_but_controls()
    {
        using var registry = await TestRegistry.StartAsync();

        await registry.RegisterAsync("station%2F7%20%C3%BC%3A%22-value", "\"int\"");
        Assert.Equal("""["station/7 ü:\"-value"]""", await registry.OkAsync("GET", "/subjects?subjectPrefix=station%2F"));
        Assert.Equal("[1]", await registry.OkAsync("GET", "/subjects/station%2F7%20%C3%BC%3A%22-value/versions"));
        Assert.Equal(42208, await registry.FailAsync("POST", "/subjects/a%0Ab/versions", TestRegistry.Body("\"int\"")));
        Assert.Equal(42208, await registry.FailAsync("POST", "/subjects/__GLOBAL/versions", TestRegistry.Body("\"int\"")));
    }

    [Fact]
    public async Task Lists_come_in_pages()
    {
        using var registry = await TestRegistry.StartAsync();
        foreach (var subject in new[] { "a", "b", "c", "d" })
            await registry.RegisterAsync(subject, "\"int\"");

        Assert.Equal("""["b","c"]""", await registry.OkAsync("GET", "/subjects?offset=1&limit=2"));
    }

    [Fact]
    public async Task Without_a_user_s_password_nothing_is_answered()
    {
        using var registry = await TestRegistry.StartAsync(options: new EmbeddedSchemaRegistryOptions { Users = new Dictionary<string, string> { ["ann"] = "s3:cret" } });
        using var client = registry.Registry.CreateClient("ann", "s3:cret");
        using var stranger = registry.Registry.CreateClient("ann", "guess");

        Assert.Equal(401, (await registry.AskAsync("GET", "/subjects")).Status);
        Assert.Empty(await client.GetSubjectsAsync());
        Assert.Equal(401, (await Assert.ThrowsAsync<SchemaRegistryException>(() => stranger.GetSubjectsAsync())).ErrorCode);
    }

    [Fact]
    public async Task Many_that_register_at_once_get_one_id_for_one_schema()
    {
        using var registry = await TestRegistry.StartAsync(options: new EmbeddedSchemaRegistryOptions { Compatibility = CompatibilityLevel.None });
        var ids = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(() => registry.RegisterAsync($"s{i % 3}", TestRegistry.Record($"f{i % 5}:int")))));

        Assert.Equal(5, ids.Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 5), ids.Distinct().Order());
    }

    /// <summary>What compaction leaves of a log: the last record of each key, tombstones gone.</summary>
    internal static MemorySchemaLog Compacted(MemorySchemaLog log)
    {
        var last = new Dictionary<string, int>(StringComparer.Ordinal);
        var records = log.Records;
        for (var i = 0; i < records.Count; i++)
            last[Encoding.UTF8.GetString(records[i].Key.Span)] = i;
        var compacted = new MemorySchemaLog();
        foreach (var i in last.Values.Order().Where(i => records[i].Value is not null))
            _ = compacted.AppendAsync(records[i], CancellationToken.None);
        return compacted;
    }
}

using System.Buffers;
using System.Text.Json.Nodes;
using MedStreams.Serialization.Avro;
using MedStreams.Serialization.Registry;
using MedStreams.Streams;

namespace MedStreams.Conformance.Tests;

/// <summary>The embedded schema registry and the Avro serdes beside @kafkajs/confluent-schema-registry.</summary>
public sealed class SchemaRegistryTests(RegistryProcess process) : IClassFixture<RegistryProcess>
{
    private const string Client = "@kafkajs/confluent-schema-registry";

    private const string Visit = """
        {"type":"record","name":"Visit","namespace":"node","fields":[{"name":"patient","type":"string"},{"name":"nights","type":"int"},
        {"name":"weight","type":"double"},{"name":"note","type":["null","string"],"default":null},{"name":"tags","type":{"type":"array","items":"string"}},
        {"name":"image","type":"bytes"},{"name":"scores","type":{"type":"map","values":"long"}},
        {"name":"urgency","type":{"type":"enum","name":"Urgency","symbols":["ROUTINE","URGENT"]}}]}
        """;

    private static readonly SerdeContext Value = new("node.visits", false, Headers.Empty);

    [Fact]
    public async Task What_Node_writes_is_read_here()
    {
        await using var node = Node();
        using var registry = Registry();
        var id = (int)(await node.AskAsync("register", new() { ["subject"] = "node.visits-value", ["schema"] = Visit, ["compatibility"] = "BACKWARD" }))!;
        var serde = new AvroSerde<NodeVisit>(registry, Naming);

        foreach (var (text, visit) in Visits())
        {
            var data = (string?)await node.AskAsync("encode", new() { ["id"] = id, ["value"] = JsonNode.Parse(text) });
            var read = serde.Deserialize(Convert.FromBase64String(data!), Value);
            Assert.Equal(visit.ToString(), read.ToString());
        }
    }

    [Fact]
    public async Task What_is_written_here_Node_reads()
    {
        await using var node = Node();
        using var registry = Registry();
        var serde = new AvroSerde<NodeVisit>(registry, Naming with { SubjectNames = SubjectNameStrategy.TopicRecordName });

        foreach (var (text, visit) in Visits())
        {
            var buffer = new ArrayBufferWriter<byte>();
            serde.Serialize(visit, buffer, Value);
            var read = await node.AskAsync("decode", new() { ["data"] = Convert.ToBase64String(buffer.WrittenSpan) });
            Assert.Equal(JsonNode.Parse(text)!.ToJsonString(), read!.ToJsonString());
        }
    }

    [Fact]
    public async Task Node_s_client_finds_its_way_about()
    {
        await using var node = Node();
        var wider = Visit.Replace("\"int\"", "\"long\"", StringComparison.Ordinal);
        Task<JsonNode?> Ask(string verb, string subject, string? schema = null) =>
            node.AskAsync(verb, new() { ["subject"] = subject, ["schema"] = schema, ["compatibility"] = "BACKWARD" });

        var first = (int)(await Ask("register", "about", Visit))!;
        var second = (int)(await Ask("register", "about", wider))!;
        Assert.Equal(first, (int)(await Ask("register", "about", Visit))!);
        Assert.Equal(second, (int)(await Ask("latest", "about"))!);
        Assert.Equal(first, (int)(await Ask("find", "about", Visit))!);
        Assert.Equal(second, (int)(await node.AskAsync("version", new() { ["subject"] = "about", ["version"] = 2 }))!);

        var incompatible = await Assert.ThrowsAsync<InvalidOperationException>(() => Ask("register", "about", Visit.Replace("\"double\"", "\"boolean\"", StringComparison.Ordinal)));
        Assert.Contains("Schema being registered is incompatible with an earlier schema for subject \"about\"", incompatible.Message, StringComparison.Ordinal);
        var missing = await Assert.ThrowsAsync<InvalidOperationException>(() => Ask("latest", "nowhere"));
        Assert.Contains("Subject 'nowhere' not found", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_type_of_another_subject_is_found_on_both_sides()
    {
        await using var node = Node();
        using var registry = Registry();
        await node.AskAsync("register", new() { ["subject"] = "ward", ["schema"] = """{"type":"record","name":"Ward","namespace":"node","fields":[{"name":"no","type":"int"}]}""", ["compatibility"] = "BACKWARD" });
        var id = (int)(await node.AskAsync("register", new()
        {
            ["subject"] = "stay",
            ["schema"] = """{"type":"record","name":"Stay","namespace":"node","fields":[{"name":"ward","type":"node.Ward"}]}""",
            ["references"] = new JsonArray(new JsonObject { ["name"] = "node.Ward", ["subject"] = "ward", ["version"] = 1 }),
            ["compatibility"] = "BACKWARD",
        }))!;

        var data = (string?)await node.AskAsync("encode", new() { ["id"] = id, ["value"] = JsonNode.Parse("""{"ward":{"no":7}}""") });
        var stay = new GenericAvroSerde(registry).Deserialize(Convert.FromBase64String(data!), Value);
        Assert.Equal(7, ((GenericRecord)stay["ward"]!)["no"]);
        Assert.Equal("""{"ward":{"no":7}}""", (await node.AskAsync("decode", new() { ["data"] = data }))!.ToJsonString());
    }

    [Fact]
    public async Task A_wrong_password_is_refused()
    {
        await using var node = Node($"http://{RegistryProcess.User}:guess@{process.Address.Authority}");

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => node.AskAsync("latest", new() { ["subject"] = "a" }));
        Assert.Contains("Unauthorized", error.Message, StringComparison.Ordinal);
    }

    private static AvroSerdeOptions Naming { get; } = new() { Types = new() { FieldNaming = System.Text.Json.JsonNamingPolicy.CamelCase, Namespace = "node" } };

    private static IEnumerable<(string Text, NodeVisit Visit)> Visits()
    {
        yield return (
            """{"patient":"Müller, 中文 😀","nights":-2147483648,"weight":1.5,"note":null,"tags":[],"image":{"bytes":""},"scores":{},"urgency":"ROUTINE"}""",
            new NodeVisit("Müller, 中文 😀", int.MinValue, 1.5, null, [], [], [], Urgency.Routine));
        yield return (
            """{"patient":"","nights":7,"weight":-0.1,"note":"n","tags":["a",""],"image":{"bytes":"AP8="},"scores":{"x":9007199254740990,"":-1},"urgency":"URGENT"}""",
            new NodeVisit("", 7, -0.1, "n", ["a", ""], [0, 255], new() { ["x"] = 9007199254740990, [""] = -1 }, Urgency.Urgent));
    }

    private AgentClient Node(string? address = null)
    {
        ClientSet.Require(Client);
        return new AgentClient(Client, "node", ClientSet.Script("node/agent_registry.js"), address ?? process.AddressWithUser, ClientSet.NodeModules) { Codecs = [] };
    }

    private SchemaRegistryClient Registry() => new(new SchemaRegistryOptions { Urls = [new Uri(process.AddressWithUser)] });

    internal enum Urgency
    {
        [AvroField(Name = "ROUTINE")]
        Routine,

        [AvroField(Name = "URGENT")]
        Urgent,
    }

    [AvroType(Name = "Visit")]
    internal sealed record NodeVisit(
        string Patient, int Nights, double Weight, string? Note, List<string> Tags, byte[] Image, Dictionary<string, long> Scores, Urgency Urgency)
    {
        public override string ToString() => System.Text.Json.JsonSerializer.Serialize(this);
    }
}

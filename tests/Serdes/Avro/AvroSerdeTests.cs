using System.Buffers;
using MedStreams.Serialization.Avro;
using MedStreams.Serialization.Registry;
using MedStreams.Serialization.Tests.Registry;
using MedStreams.Streams;

namespace MedStreams.Serialization.Tests.Avro;

public sealed class AvroSerdeTests
{
    private static readonly SerdeContext Value = new("visits", false, Headers.Empty);
    private static readonly SerdeContext Key = new("visits", true, Headers.Empty);

    [Fact]
    public async Task A_value_goes_behind_its_schema_s_id()
    {
        using var registry = await TestRegistry.StartAsync();
        using var client = registry.Registry.CreateClient();
        var serde = new AvroSerde<VisitV1>(client);

        var bytes = Write(serde, new VisitV1("p", 3), Value);

        Assert.Equal([0, 0, 0, 0, 1, 2, (byte)'p', 6], bytes);
        Assert.Equal(new VisitV1("p", 3), serde.Deserialize(bytes, Value));
        Assert.Equal("""["visits-value"]""", await registry.OkAsync("GET", "/subjects"));
        Assert.Equal("""{"type":"record","name":"Visit","namespace":"hospital","fields":[{"name":"Patient","type":"string"},{"name":"Nights","type":"int"}]}""", await registry.OkAsync("GET", "/schemas/ids/1/schema"));
    }

    [Theory]
    [InlineData(SubjectNameStrategy.TopicName, "visits-key", "visits-value")]
    [InlineData(SubjectNameStrategy.RecordName, "hospital.Visit", "hospital.Visit")]
    [InlineData(SubjectNameStrategy.TopicRecordName, "visits-hospital.Visit", "visits-hospital.Visit")]
    public async Task Subjects_are_named_by_the_strategy(SubjectNameStrategy strategy, string key, string value)
    {
        using var registry = await TestRegistry.StartAsync();
        using var client = registry.Registry.CreateClient();
        var serde = new AvroSerde<VisitV1>(client, new AvroSerdeOptions { SubjectNames = strategy });

        Write(serde, new VisitV1("p", 3), Key);
        Write(serde, new VisitV1("p", 3), Value);

        Assert.Equal(new[] { key, value }.Distinct(), await client.GetSubjectsAsync());
    }

    [Fact]
    public async Task A_later_form_reads_all_earlier_ones()
    {
        using var registry = await TestRegistry.StartAsync();
        using var client = registry.Registry.CreateClient();
        var (early, late) = (new AvroSerde<VisitV1>(client), new AvroSerde<VisitV2>(client));
        var old = Write(early, new VisitV1("p", 3), Value);
        var now = Write(late, new VisitV2("q", 4, "w", ["n"], "d"), Value);

        Assert.Equal("[1,2]", await registry.OkAsync("GET", "/subjects/visits-value/versions"));
        Assert.Equal("none", late.Deserialize(old, Value).Ward);
        Assert.Equal("w", late.Deserialize(now, Value).Ward);
        Assert.Throws<SerializationException>(() => early.Deserialize(now, Value));
        Assert.Equal("p", early.Deserialize(old, Value).Patient);
    }

    [Fact]
    public async Task An_incompatible_form_is_refused_by_the_registry()
    {
        using var registry = await TestRegistry.StartAsync();
        using var client = registry.Registry.CreateClient();
        await registry.RegisterAsync("visits-value", """{"type":"record","name":"Visit","namespace":"hospital","fields":[]}""");

        var error = Assert.Throws<SchemaRegistryException>(() => Write(new AvroSerde<VisitV1>(client), new VisitV1("p", 3), Value));
        Assert.Equal((409, false), (error.ErrorCode, error.IsTransient));
    }

    [Fact]
    public async Task Without_registering_a_schema_must_be_there()
    {
        using var registry = await TestRegistry.StartAsync();
        using var client = registry.Registry.CreateClient();
        var serde = new AvroSerde<VisitV1>(client, new AvroSerdeOptions { AutoRegisterSchemas = false });

        Assert.Equal(40401, Assert.Throws<SchemaRegistryException>(() => Write(serde, new VisitV1("p", 3), Value)).ErrorCode);
        await registry.RegisterAsync("visits-value", serde.Schema.ToString());
        Assert.Equal(1, Write(serde, new VisitV1("p", 3), Value)[4]);
    }

    [Fact]
    public async Task Values_may_be_written_by_the_subject_s_latest_schema()
    {
        using var registry = await TestRegistry.StartAsync();
        using var client = registry.Registry.CreateClient();
        await registry.RegisterAsync("visits-value", """
            {"type":"record","name":"Visit","namespace":"other","fields":[{"name":"Nights","type":"long"},{"name":"Note","type":"string","default":"-"},{"name":"Patient","type":["null","string"]}]}
            """);
        var serde = new AvroSerde<VisitV1>(client, new AvroSerdeOptions { UseLatestVersion = true });

        var bytes = Write(serde, new VisitV1("p", 3), Value);

        var generic = new GenericAvroSerde(client).Deserialize(bytes, Value);
        Assert.Equal((3L, "-", "p"), (generic["Nights"], generic["Note"], generic["Patient"]));
        Assert.Equal("[1]", await registry.OkAsync("GET", "/subjects/visits-value/versions"));
    }

    [Fact]
    public async Task Types_of_other_subjects_are_referred_to()
    {
        using var registry = await TestRegistry.StartAsync();
        using var client = registry.Registry.CreateClient();
        await registry.RegisterAsync("bed", AvroCodec.SchemaOf<Bed>().ToString());
        var serde = new AvroSerde<InBed>(client, new AvroSerdeOptions { References = [new(AvroCodec.SchemaOf<Bed>().Name, "bed", 1)] });

        var bytes = Write(serde, new InBed("p", new Bed(7)), Value);

        Assert.Contains("\"references\":[{\"name\":\"MedStreams.Serialization.Tests.Avro.Bed\",\"subject\":\"bed\",\"version\":1}]", await registry.OkAsync("GET", "/schemas/ids/2"), StringComparison.Ordinal);
        Assert.Equal(7, new AvroSerde<InBed>(client).Deserialize(bytes, Value).Bed.Number);
        Assert.Equal(7, ((GenericRecord)new GenericAvroSerde(client).Deserialize(bytes, Value)["Bed"]!)["Number"]);
    }

    [Fact]
    public async Task Generic_records_go_by_their_own_schema()
    {
        using var registry = await TestRegistry.StartAsync(options: new EmbeddedSchemaRegistryOptions { Compatibility = CompatibilityLevel.None });
        using var client = registry.Registry.CreateClient();
        var serde = new GenericAvroSerde(client);
        var one = new GenericRecord((RecordSchema)AvroCodec.SchemaOf<Bed>()) { ["Number"] = 3 };
        var two = new GenericRecord((RecordSchema)AvroCodec.SchemaOf<Chair>()) { ["Room"] = "x" };

        Assert.Equal(one, serde.Deserialize(Write(serde, one, Value), Value));
        Assert.Equal(two, serde.Deserialize(Write(serde, two, Value), Value));
        Assert.Equal("[1,2]", await registry.OkAsync("GET", "/subjects/visits-value/versions"));
    }

    [Fact]
    public async Task Bytes_as_a_whole_value_go_without_a_length_as_in_Confluent_s_form()
    {
        using var registry = await TestRegistry.StartAsync();
        using var client = registry.Registry.CreateClient();
        var serde = new AvroSerde<byte[]>(client);

        var bytes = Write(serde, [1, 2], Value);

        Assert.Equal([0, 0, 0, 0, 1, 1, 2], bytes);
        Assert.Equal([1, 2], serde.Deserialize(bytes, Value));
        Assert.Equal("\u0001\u0002", new AvroSerde<string>(client).Deserialize(bytes, Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("00000000")]
    [InlineData("0100000001")]
    [InlineData("00FFFFFFFF0270")]
    [InlineData("0000000001")]
    [InlineData("0000000001027006FF")]
    [InlineData("00000000090270")]
    public async Task Other_bytes_are_refused(string hex)
    {
        using var registry = await TestRegistry.StartAsync();
        using var client = registry.Registry.CreateClient();
        var serde = new AvroSerde<VisitV1>(client);
        Write(serde, new VisitV1("p", 3), Value);

        Assert.Throws<SerializationException>(() => serde.Deserialize(Convert.FromHexString(hex), Value));
    }

    [Fact]
    public void A_registry_that_does_not_answer_is_no_fault_of_the_data()
    {
        using var client = new SchemaRegistryClient(new SchemaRegistryOptions { Urls = [new("http://one")], Retries = 0 }, null, new ScriptedHandler());

        var error = Assert.Throws<RetriableException>(() => new AvroSerde<VisitV1>(client).Deserialize([0, 0, 0, 0, 1, 2], Value));
        Assert.True(Assert.IsType<SchemaRegistryException>(error.InnerException).IsTransient);
    }

    [Fact]
    public void Without_a_registry_the_bytes_stand_alone()
    {
        var serde = new AvroBinarySerde<VisitV1>(AvroCodec.For<VisitV1>());

        Assert.Equal([2, (byte)'p', 6], Write(serde, new VisitV1("p", 3), Value));
        Assert.Equal(new VisitV1("p", 3), serde.Deserialize([2, (byte)'p', 6], Value));
    }

    private static byte[] Write<T>(ISerde<T> serde, T value, in SerdeContext context)
    {
        var buffer = new ArrayBufferWriter<byte>();
        serde.Serialize(value, buffer, context);
        return buffer.WrittenSpan.ToArray();
    }

    internal sealed record InBed(string Patient, Bed Bed);
}

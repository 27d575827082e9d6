using System.Text.Json;
using MedStreams.Serialization.Avro;
using MedStreams.Streams;

namespace MedStreams.Serialization.Tests.Avro;

public sealed class ClassTests
{
    private static readonly DateTimeOffset Moment = new(2026, 3, 4, 5, 6, 7, 89, TimeSpan.Zero);

    private static readonly JsonSerializerOptions AsText = new()
    {
        Converters = { new NumberText<decimal>(v => v.ToString("0.####")), new NumberText<AvroDecimal>(v => v.ToString().TrimEnd('0', '.')) },
    };

    [Fact]
    public void A_class_with_everything_comes_back_as_it_was()
    {
        var codec = AvroCodec.For<Everything>();
        var value = Full();

        var back = codec.Decode(codec.Encode(value));

        Assert.Equal(Text(value), Text(back));
        Assert.IsType<Bed>(back.Place);
        Assert.Equal(new DateTime(2026, 1, 2, 3, 4, 5, 6, DateTimeKind.Unspecified), back.Local);
        Assert.Equal(DateTimeKind.Utc, back.Utc.Kind);
    }

    [Fact]
    public void An_empty_one_too()
    {
        var codec = AvroCodec.For<Everything>();
        var value = new Everything { Utc = DateTime.UnixEpoch };

        Assert.Equal(Text(value), Text(codec.Decode(codec.Encode(value))));
    }

    [Fact]
    public void The_schema_says_what_the_class_says()
    {
        Assert.Equal(
            """
            {"type":"record","name":"Visit","namespace":"hospital","fields":[{"name":"PatientId","type":"string","aliases":["Patient"]},
            {"name":"Nights","type":"long"},{"name":"Ward","type":"string","default":"none"},
            {"name":"Notes","type":{"type":"array","items":"string"},"default":[]},{"name":"Doctor","type":["null","string"],"default":null}]}
            """.ReplaceLineEndings(""),
            AvroCodec.SchemaOf<VisitV2>().ToString());
    }

    [Fact]
    public void Names_follow_a_policy_where_one_is_given()
    {
        var schema = (RecordSchema)AvroCodec.SchemaOf<Bed>(new AvroTypeOptions { FieldNaming = JsonNamingPolicy.CamelCase, Namespace = "house" });

        Assert.Equal("house.Bed", schema.Name);
        Assert.Equal("number", schema.Fields[0].Name);
    }

    [Fact]
    public void A_later_form_reads_what_an_earlier_one_wrote()
    {
        var written = AvroCodec.For<VisitV1>().Encode(new VisitV1("p1", 3));

        var read = AvroCodec.For<VisitV2>().Decode(written, AvroCodec.SchemaOf<VisitV1>());

        Assert.Equal(("p1", 3L, "none", null), (read.PatientId, read.Nights, read.Ward, read.Doctor));
        Assert.Empty(read.Notes);
    }

    [Fact]
    public void A_default_is_made_anew_for_each_record()
    {
        var codec = AvroCodec.For<VisitV2>();
        var written = AvroCodec.For<VisitV1>().Encode(new VisitV1("p1", 3));
        var first = codec.Decode(written, AvroCodec.SchemaOf<VisitV1>());
        first.Notes.Add("changed");

        Assert.Empty(codec.Decode(written, AvroCodec.SchemaOf<VisitV1>()).Notes);
    }

    [Fact]
    public void A_narrower_type_refuses_what_a_wider_one_wrote()
    {
        var written = AvroCodec.For<VisitV2>().Encode(new VisitV2("p1", 3, "w", [], null));

        var error = Assert.Throws<SerializationException>(() => AvroCodec.For<VisitV1>().Decode(written, AvroCodec.SchemaOf<VisitV2>()));

        Assert.Contains("Patient is missing and has no default", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_of_a_base_class_is_a_union_of_its_cases()
    {
        var codec = AvroCodec.For<List<Movement>>();
        List<Movement> value = [new Admitted("p", "w"), new Discharged("p", new DateOnly(2026, 1, 2))];

        Assert.Equal(value, codec.Decode(codec.Encode(value)));
        Assert.Contains("MedStreams.Serialization.Tests.Avro.Discharged", codec.Schema.CanonicalForm, StringComparison.Ordinal);
    }

    [Fact]
    public void A_struct_is_a_record_too()
    {
        var codec = AvroCodec.For<Dictionary<string, Point?>>();
        var value = new Dictionary<string, Point?> { ["a"] = new Point(1, 2), ["b"] = null };

        Assert.Equal(value, codec.Decode(codec.Encode(value)));
    }

    [Fact]
    public void A_class_takes_a_given_schema_and_writes_defaults_for_what_it_lacks()
    {
        var schema = AvroSchema.Parse("""
            {"type":"record","name":"Other","fields":[{"name":"extra","type":["null","int"],"default":null},{"name":"Nights","type":"long"},
            {"name":"more","type":"string","default":"m"},{"name":"Patient","type":["string","null"]}]}
            """);
        var codec = AvroCodec.For<VisitV1>(schema);

        var bytes = codec.Encode(new VisitV1("p", 3));

        Assert.Equal("""{"extra":null,"Nights":3,"more":"m","Patient":{"string":"p"}}""", AvroJson.Write(AvroCodec.Generic(schema).Decode(bytes), schema));
        Assert.Equal(new VisitV1("p", 3), codec.Decode(bytes));
    }

    [Fact]
    public void A_property_that_a_given_schema_lacks_is_not_lost_silently()
    {
        var schema = AvroSchema.Parse("""{"type":"record","name":"R","fields":[{"name":"Patient","type":"string"}]}""");

        var error = Assert.Throws<AvroSchemaException>(() => AvroCodec.For<VisitV1>(schema));

        Assert.Contains("VisitV1.Nights would be lost", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_enum_s_default_stands_for_symbols_that_are_not_known()
    {
        var writer = AvroSchema.Parse("""{"type":"enum","name":"Color","namespace":"MedStreams.Serialization.Tests.Avro","symbols":["Blue","Red"]}""");
        var bytes = AvroCodec.Generic(writer).Encode("Blue");

        Assert.Equal(Color.Other, AvroCodec.For<Color>().Decode(bytes, writer));
    }

    [Theory]
    [InlineData(typeof(WithMoney), "WithMoney.Price: Avro fixes the digits")]
    [InlineData(typeof(WithObject), "WithObject.Any: Avro has no type for System.Object")]
    [InlineData(typeof(WithNumberKeys), "WithNumberKeys.Map: Avro has no type for")]
    [InlineData(typeof(WithFlags), "WithFlags.Days: flags can be combined")]
    [InlineData(typeof(WithBadDefault), "the default of \"Number\" is no value of its type")]
    [InlineData(typeof(WithTwoConstructors), "needs a public constructor")]
    public void What_Avro_cannot_hold_is_named(Type type, string part)
    {
        var error = Assert.Throws<AvroSchemaException>(() => TypeSchemas.Of(type, AvroTypeOptions.Default));

        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Values_that_a_schema_cannot_hold_are_refused_by_the_place_and_without_the_value()
    {
        Refused<Everything>(e => e.Text = null!, "Everything.Text is null");
        Refused<Everything>(e => e.Amount = 1.23456m, "Everything.Amount is beyond");
        Refused<Everything>(e => e.Amount = 12345678901234567m, "Everything.Amount is beyond");
        Refused<Everything>(e => e.Digest = [1], "Everything.Digest has 1 bytes");
        Refused<Everything>(e => e.Urgency = (Urgency)9, "Everything.Urgency is no symbol");
        Refused<Everything>(e => e.Place = "secret", "Everything.Place is a String, which is no case");
        Refused<Everything>(e => e.Utc = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Local), "Everything.Utc is beyond");
        Refused<Everything>(e => e.Length = TimeSpan.FromDays(2), "Everything.Length is beyond");
        Refused<Everything>(e => e.Inner = e, "refers to itself");
    }

    [Fact]
    public void Numbers_and_times_beyond_the_class_are_faults_of_the_data()
    {
        var schema = AvroSchema.Parse("""
            {"type":"record","name":"Narrow","namespace":"MedStreams.Serialization.Tests.Avro","fields":[{"name":"Small","type":"int"},
            {"name":"At","type":{"type":"long","logicalType":"timestamp-micros"}}]}
            """);
        var record = new GenericRecord((RecordSchema)schema) { ["Small"] = 256, ["At"] = 0L };
        var codec = AvroCodec.For<Narrow>(schema);

        Assert.Contains("at byte 0, field Small, a number is beyond Byte", Fault(record), StringComparison.Ordinal);
        record["Small"] = 255;
        Assert.Equal(255, codec.Decode(AvroCodec.Generic(schema).Encode(record)).Small);
        record["At"] = long.MinValue;
        Assert.Contains("at byte 2, field At, a number is beyond DateTimeOffset", Fault(record), StringComparison.Ordinal);

        string Fault(GenericRecord value) =>
            Assert.Throws<SerializationException>(() => codec.Decode(AvroCodec.Generic(schema).Encode(value))).Message;
    }

    [Fact]
    public void Nothing_is_constructed_from_bytes_that_fail()
    {
        var codec = AvroCodec.For<Picky>();
        var bytes = codec.Encode(new Picky("x"));

        Assert.Throws<SerializationException>(() => codec.Decode(bytes.AsSpan(0, 1)));
        Assert.Throws<SerializationException>(() => codec.Decode([]));
    }

    [Theory]
    [InlineData("0", 10, 2)]
    [InlineData("-0.01", 10, 2)]
    [InlineData("1.5", 29, 28)]
    [InlineData("-79228162514264337593543950335", 29, 0)]
    [InlineData("79228162514264337593543950335", 38, 9)]
    [InlineData("7.9228162514264337593543950335", 40, 28)]
    [InlineData("127", 5, 0)]
    [InlineData("128", 5, 0)]
    [InlineData("-128", 5, 0)]
    [InlineData("-129", 5, 0)]
    [InlineData("32768", 5, 0)]
    [InlineData("1.50", 5, 1)]
    public void Decimals_have_the_bytes_of_the_general_form(string text, int precision, int scale)
    {
        var value = decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        foreach (var type in new[] { "\"bytes\"", "\"fixed\",\"name\":\"D\",\"size\":17" })
        {
            var schema = AvroSchema.Parse($$"""{"type":{{type}},"logicalType":"decimal","precision":{{precision}},"scale":{{scale}}}""");
            var codec = AvroCodec.For<decimal>(schema);
            var bytes = codec.Encode(value);

            Assert.Equal(AvroCodec.Generic(schema).Encode(AvroLogicalValues.FromDecimal(AvroDecimal.Parse(text), schema)), bytes);
            Assert.Equal(value, codec.Decode(bytes));
        }
    }

    internal static Everything Full() => new()
    {
        Flag = true,
        Tiny = -128,
        Small = 255,
        Short = short.MinValue,
        UShort = ushort.MaxValue,
        Int = int.MinValue,
        UInt = uint.MaxValue,
        Long = long.MinValue,
        Float = 1.5f,
        Double = -0.1,
        Text = "Grüße, 中文, 😀",
        Bytes = [0, 255],
        Memory = new byte[] { 1, 2, 3 },
        Id = new Guid("611fe0dc-5418-38fd-5550-092c0a6caf4b"),
        Amount = -1234.5678m,
        Large = AvroDecimal.Parse("-123456789012345678901234567.123456789012345678901234567890"),
        Date = new DateOnly(1969, 12, 31),
        Time = new TimeOnly(23, 59, 59, 999, 999),
        At = Moment,
        Utc = Moment.UtcDateTime,
        Local = new DateTime(2026, 1, 2, 3, 4, 5, 6, DateTimeKind.Unspecified),
        Length = TimeSpan.FromMilliseconds(1),
        Duration = new AvroDuration(1, 2, uint.MaxValue),
        Urgency = Urgency.Urgent,
        MaybeInt = 0,
        MaybeText = "",
        MaybeAt = Moment,
        MaybeUrgency = Urgency.Routine,
        Array = [1, -1],
        List = ["a", null],
        Numbers = [null, 7],
        Set = ["x", "y"],
        Map = new Dictionary<string, double> { ["a"] = 1, [""] = double.MaxValue },
        Nested = new Dictionary<string, IReadOnlyList<Everything>> { ["n"] = [new Everything { Text = "deep", Utc = DateTime.UnixEpoch }] },
        Inner = new Everything { Int = 1, Utc = DateTime.UnixEpoch },
        Amounts = [0.5m, -99999999.99m],
        Digest = [1, 2, 3, 4],
        Place = new Bed(7),
    };

    private static void Refused<T>(Action<T> change, string part)
        where T : new()
    {
        var value = new T();
        typeof(T).GetProperty("Utc")!.SetValue(value, DateTime.UnixEpoch);
        change(value);
        var error = Assert.Throws<SerializationException>(() => AvroCodec.For<T>().Encode(value));
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    private static string Text(Everything value) => JsonSerializer.Serialize(value, AsText);

    /// <summary>Numbers as they are, whatever their scale.</summary>
    private sealed class NumberText<T>(Func<T, string> text) : System.Text.Json.Serialization.JsonConverter<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(text(value));
    }

    [AvroType(Default = "Other")]
    internal enum Color
    {
        Red,
        Other,
    }

    internal sealed record WithMoney(decimal Price);

    internal sealed record WithObject(object Any);

    internal sealed record WithNumberKeys(Dictionary<int, string> Map);

    internal sealed record WithFlags(AttributeTargets Days);

    internal sealed record WithBadDefault([AvroField(Default = "\"x\"")] int Number);

    internal sealed record Narrow(byte Small, DateTimeOffset At);

    internal sealed class WithTwoConstructors
    {
        public WithTwoConstructors(int a) => A = a;

        public WithTwoConstructors(string a) => A = a.Length;

        public int A { get; }
    }

    internal sealed record Picky
    {
        public Picky(string name) => Name = name.Length > 0 ? name : throw new ArgumentException("never to be seen", nameof(name));

        public string Name { get; }
    }
}

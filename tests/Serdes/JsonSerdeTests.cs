using System.Buffers;
using System.Text;
using System.Text.Json.Serialization;
using MedStreams.Streams;

namespace MedStreams.Serialization.Tests;

public sealed partial class JsonSerdeTests
{
    private static readonly SerdeContext Context = new("topic", false, Headers.Empty);
    private static readonly JsonSerde<Visit> Serde = new(Forms.Default.Visit);

    [Fact]
    public void A_value_is_written_as_JSON_and_read_back()
    {
        var bytes = Write(Serde, new Visit("ward 7", 3));

        Assert.Equal("""{"place":"ward 7","nights":3}""", Encoding.UTF8.GetString(bytes));
        Assert.Equal(new Visit("ward 7", 3), Serde.Deserialize(bytes, Context));
    }

    [Fact]
    public void Values_can_be_written_one_after_the_other()
    {
        var first = Write(Serde, new Visit("a", 1));

        Assert.Equal("""{"place":"b","nights":2}""", Encoding.UTF8.GetString(Write(Serde, new Visit("b", 2))));
        Assert.Equal("""{"place":"a","nights":1}""", Encoding.UTF8.GetString(first));
    }

    [Theory]
    [InlineData("null", "null")]
    [InlineData("{\"place\":\"secret\",\"nights\":\"many\"}", "line 1, byte 34")]
    [InlineData("{\"place\":\"secret\"", "line 1, byte 18")]
    [InlineData("{\"place\":\"secret\",\n\"nights\":x}", "line 2, byte 10")]
    [InlineData("secret", "line 1, byte 1")]
    [InlineData("", "line 1, byte 1")]
    [InlineData("{\"place\":\"a\",\"nights\":1} {\"place\":\"secret\"}", "line 1, byte 26")]
    [InlineData("{\"place\":\"a\",\"nights\":1}secret", "line 1, byte 25")]
    [InlineData("\uFEFF{\"place\":\"a\",\"nights\":1}", "line 1, byte 1")]
    [InlineData("{\"place\":\"a\",\"nights\":1,}", "line 1, byte 25")]
    [InlineData("{\"place\":\"a\",\"nights\":99999999999}", "line 1, byte 34")]
    [InlineData("[1]", "line 1, byte 2")]
    public void Other_bytes_are_refused_with_their_place_and_without_a_word_of_them(string text, string place)
    {
        var error = Assert.Throws<SerializationException>(() => Serde.Deserialize(Encoding.UTF8.GetBytes(text), Context));

        Assert.DoesNotContain("secret", error.ToString());
        Assert.Contains(place, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("7B22706C616365223A22FF222C226E6967687473223A317D")] // FF is in no text of UTF-8
    [InlineData("7B22706C616365223A22C3222C226E6967687473223A317D")] // a sequence of two that is cut short
    [InlineData("7B22706C616365223A22EDA080222C226E6967687473223A317D")] // half of a surrogate pair
    [InlineData("7B22706C616365223A225C7564383030222C226E6967687473223A317D")] // half of a pair, escaped
    public void Text_that_is_no_text_is_refused(string hex) =>
        Assert.Throws<SerializationException>(() => Serde.Deserialize(Convert.FromHexString(hex), Context));

    [Fact]
    public void White_space_around_a_value_and_unknown_properties_are_passed_over() => Assert.Equal(
        new Visit("a", 1), Serde.Deserialize(" \n{\"nights\":1,\"bed\":{\"no\":[2]},\"place\":\"a\"}\r\n"u8, Context));

    [Fact]
    public void Of_properties_of_one_name_the_last_counts_unless_the_options_refuse_them()
    {
        var twice = "{\"place\":\"a\",\"place\":\"secret\",\"nights\":1}"u8.ToArray();

        Assert.Equal("secret", Serde.Deserialize(twice, Context).Place);
        var error = Assert.Throws<SerializationException>(
            () => new JsonSerde<Visit>(StrictForms.Default.Visit).Deserialize(twice, Context));
        Assert.DoesNotContain("secret", error.ToString());
    }

    [Fact]
    public void The_options_of_the_context_hold()
    {
        var indented = new JsonSerde<Visit>(StrictForms.Default.Visit);

        Assert.Equal("{\n  \"Place\": \"a\",\n  \"Nights\": 1\n}", Encoding.UTF8.GetString(Write(indented, new Visit("a", 1))));
        Assert.Equal("""{"place":"a","nights":1}""", Encoding.UTF8.GetString(Write(Serde, new Visit("a", 1))));
        Assert.Throws<SerializationException>(() => indented.Deserialize("{\"Place\":\"a\",\"Nights\":1,\"Other\":2}"u8, Context));
    }

    [Fact]
    public void What_a_type_refuses_and_what_has_no_JSON_is_an_error_of_the_data()
    {
        var serde = new JsonSerde<Checked>(Forms.Default.Checked);

        var error = Assert.Throws<SerializationException>(() => serde.Deserialize("{\"name\":\"secret\"}"u8, Context));
        Assert.DoesNotContain("secret", error.ToString());
        Assert.Throws<SerializationException>(() => Write(serde, new Checked("") { Number = double.NaN }));
        var self = new Node();
        self.Next = self;
        Assert.Throws<SerializationException>(() => Write(new JsonSerde<Node>(Forms.Default.Node), self));
        Assert.Equal("""{"name":"","number":0}""", Encoding.UTF8.GetString(Write(serde, new Checked(""))));
    }

    [Fact]
    public void A_context_gives_serdes_for_what_it_knows_but_texts_and_numbers()
    {
        var serdes = new JsonSerdes(Forms.Default);

        Assert.NotNull(serdes.Find<Visit>());
        Assert.NotNull(serdes.Find<List<Visit>>());
        Assert.Null(serdes.Find<string>());
        Assert.Null(serdes.Find<int>());
        Assert.Null(serdes.Find<Version>());
        var builder = new StreamsBuilder(new StreamsBuilderOptions().WithSerdes(serdes));
        builder.Stream<string, Visit>("in").GroupByKey()
            .Aggregate(static () => new List<Visit>(), static (_, visit, all) => [.. all, visit]).ToStream().To("out");
        Assert.Contains("KSTREAM-AGGREGATE", builder.Build().Describe().ToString(), StringComparison.Ordinal);
    }

    private static byte[] Write<T>(ISerde<T> serde, T value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        serde.Serialize(value, buffer, Context);
        return buffer.WrittenSpan.ToArray();
    }

    internal sealed record Visit(string Place, int Nights);

    internal sealed class Checked
    {
        public Checked(string name) => Name = name.Length == 0 ? name : throw new ArgumentException($"{name} is no name.", nameof(name));

        public string Name { get; }

        public double Number { get; init; }
    }

    internal sealed class Node
    {
        public Node? Next { get; set; }
    }

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Visit))]
    [JsonSerializable(typeof(List<Visit>))]
    [JsonSerializable(typeof(Checked))]
    [JsonSerializable(typeof(Node))]
    internal sealed partial class Forms : JsonSerializerContext;

    [JsonSourceGenerationOptions(
        WriteIndented = true,
        NewLine = "\n",
        AllowDuplicateProperties = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
    [JsonSerializable(typeof(Visit))]
    internal sealed partial class StrictForms : JsonSerializerContext;
}

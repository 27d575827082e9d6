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
        var bytes = Write(new Visit("ward 7", 3));

        Assert.Equal("""{"place":"ward 7","nights":3}""", Encoding.UTF8.GetString(bytes));
        Assert.Equal(new Visit("ward 7", 3), Serde.Deserialize(bytes, Context));
    }

    [Fact]
    public void Values_can_be_written_one_after_the_other()
    {
        var first = Write(new Visit("a", 1));

        Assert.Equal("""{"place":"b","nights":2}""", Encoding.UTF8.GetString(Write(new Visit("b", 2))));
        Assert.Equal("""{"place":"a","nights":1}""", Encoding.UTF8.GetString(first));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{\"place\":\"secret\",\"nights\":\"many\"}")]
    [InlineData("{\"place\":\"secret\"")]
    [InlineData("secret")]
    [InlineData("")]
    public void Other_bytes_are_refused_without_a_word_of_them(string text)
    {
        var error = Assert.Throws<SerializationException>(() => Serde.Deserialize(Encoding.UTF8.GetBytes(text), Context));

        Assert.DoesNotContain("secret", error.ToString());
    }

    private static byte[] Write(Visit visit)
    {
        var buffer = new ArrayBufferWriter<byte>();
        Serde.Serialize(visit, buffer, Context);
        return buffer.WrittenSpan.ToArray();
    }

    internal sealed record Visit(string Place, int Nights);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(Visit))]
    internal sealed partial class Forms : JsonSerializerContext;
}

using System.Buffers;
using System.Text;
using Confluent.Kafka;
using MedStreams.Streams;
using Headers = MedStreams.Streams.Headers;

namespace MedStreams.Serialization.Tests;

public sealed class ConfluentSerdesTests
{
    private static readonly SerdeContext Context = new("topic", true, new Headers(new Streams.Header("h", new byte[] { 7 })));

    [Fact]
    public void Confluent_s_own_serializers_are_serdes()
    {
        Assert.Equal(42, RoundTrip(ConfluentSerdes.From(Serializers.Int64, Deserializers.Int64), 42));
        Assert.Equal("Grüße", RoundTrip(ConfluentSerdes.From(Serializers.Utf8, Deserializers.Utf8), "Grüße"));
    }

    [Fact]
    public void Those_that_may_wait_too_and_they_see_topic_part_and_headers()
    {
        var slow = new Slow();

        Assert.Equal("x", RoundTrip(ConfluentSerdes.From<string>(slow, slow), "x"));
        Assert.Equal(["topic Key h=7", "topic Key h=7"], slow.Seen);
    }

    [Fact]
    public void No_bytes_for_a_value_are_an_error()
    {
        var slow = new Slow { GivesNull = true };

        Assert.Throws<SerializationException>(() => RoundTrip(ConfluentSerdes.From<string>(slow, slow), "x"));
    }

    private static T RoundTrip<T>(ISerde<T> serde, T value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        serde.Serialize(value, buffer, Context);
        return serde.Deserialize(buffer.WrittenSpan, Context);
    }

    private sealed class Slow : IAsyncSerializer<string>, IAsyncDeserializer<string>
    {
        public List<string> Seen { get; } = [];

        public bool GivesNull { get; init; }

        public async Task<byte[]> SerializeAsync(string data, SerializationContext context)
        {
            await Task.Yield();
            Note(context);
            return GivesNull ? null! : Encoding.UTF8.GetBytes(data);
        }

        public async Task<string> DeserializeAsync(ReadOnlyMemory<byte> data, bool isNull, SerializationContext context)
        {
            await Task.Yield();
            Note(context);
            return Encoding.UTF8.GetString(data.Span);
        }

        private void Note(SerializationContext context) =>
            Seen.Add($"{context.Topic} {context.Component} {string.Join(' ', context.Headers.Select(h => $"{h.Key}={h.GetValueBytes()[0]}"))}");
    }
}

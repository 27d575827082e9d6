using System.Text;
using Confluent.Kafka;
using MedStreams.Cli.Records;

namespace MedStreams.Cli.Tests;

public sealed class RecordJsonTests
{
    [Fact]
    public void Key_value_headers_and_time_are_read()
    {
        var message = Read("""{"key":"k","value":"v","headers":[{"key":"a","value":"1"},{"key":"a","value":null}],"timestamp":1700000000123}""");
        Assert.Equal("k"u8.ToArray(), message.Key);
        Assert.Equal("v"u8.ToArray(), message.Value);
        Assert.Equal(2, message.Headers.Count);
        Assert.Null(message.Headers[1].GetValueBytes());
        Assert.Equal(1700000000123, message.Timestamp.UnixTimestampMs);
    }

    [Theory]
    [InlineData("""{"value":"v"}""")]
    [InlineData("""{"key":null,"value":"v"}""")]
    public void A_key_may_be_absent(string line) => Assert.Null(Read(line).Key);

    [Fact]
    public void A_null_value_is_a_deletion() => Assert.Null(Read("""{"key":"k","value":null}""").Value);

    [Fact]
    public void A_value_that_is_no_text_is_taken_as_JSON() =>
        Assert.Equal("""{"n":1.50}""", Encoding.UTF8.GetString(Read("""{"value":{"n":1.50}}""").Value!));

    [Fact]
    public void Bytes_come_as_Base64() => Assert.Equal([0xFF, 0x00], Read("""{"valueBase64":"/wA="}""").Value!);

    [Fact]
    public void Headers_may_be_an_object() =>
        Assert.Equal("b", Read("""{"value":"v","headers":{"a":"b"}}""").Headers.Select(h => Encoding.UTF8.GetString(h.GetValueBytes())).Single());

    [Fact]
    public void A_time_may_be_text() =>
        Assert.Equal(1700000000000, Read("""{"value":"v","timestamp":"2023-11-14T22:13:20Z"}""").Timestamp.UnixTimestampMs);

    [Theory]
    [InlineData("secret")]
    [InlineData("[\"secret\"]")]
    [InlineData("""{"value":"secret","timestamp":"noon"}""")]
    [InlineData("""{"value":"secret","timestamp":-1}""")]
    [InlineData("""{"value":"secret","headers":7}""")]
    [InlineData("""{"value":"secret","headers":[7]}""")]
    [InlineData("""{"valueBase64":"secret!"}""")]
    public void What_is_wrong_is_said_without_the_content(string line)
    {
        var error = Assert.Throws<FormatException>(() => Read(line));
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    private static Message<byte[]?, byte[]?> Read(string line) => RecordJson.Read(Encoding.UTF8.GetBytes(line));
}

using MedStreams.Cli.Configuration;

namespace MedStreams.Cli.Tests;

public sealed class RulesTests
{
    [Theory]
    [InlineData("500 ms", 500)]
    [InlineData("500ms", 500)]
    [InlineData("1.5 s", 1500)]
    [InlineData("5 min", 300_000)]
    [InlineData("2 h", 7_200_000)]
    [InlineData("7 d", 604_800_000)]
    public void A_time_has_a_number_and_a_unit(string text, double milliseconds)
    {
        Assert.True(Rules.Duration(TimeSpan.Zero).TryRead(text, out var value));
        Assert.Equal(milliseconds, value.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("ms")]
    [InlineData("-1 s")]
    [InlineData("5 weeks")]
    [InlineData("1e3 s")]
    [InlineData("99999999999999 d")]
    public void Anything_else_is_no_time(string text) => Assert.False(Rules.Duration(TimeSpan.Zero).TryRead(text, out _));

    [Theory]
    [InlineData("127.0.0.1:9092", "127.0.0.1", 9092)]
    [InlineData("kafka.example.org:0", "kafka.example.org", 0)]
    [InlineData("[::1]:9092", "::1", 9092)]
    public void An_endpoint_has_a_host_and_a_port(string text, string host, int port)
    {
        Assert.True(Rules.Endpoint.TryRead(text, out var endpoint));
        Assert.Equal(new Endpoint(host, port), endpoint);
        Assert.Equal(text, endpoint.ToString());
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData(":9092")]
    [InlineData("::1:9092")]
    [InlineData("host:70000")]
    [InlineData("ho st:1")]
    public void Anything_else_is_no_endpoint(string text) => Assert.False(Rules.Endpoint.TryRead(text, out _));
}

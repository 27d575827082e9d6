using System.Globalization;
using System.Text.Json;
using MedStreams.Broker;

namespace MedStreams.Conformance.Tests;

/// <summary>kcat, on the system's librdkafka, against the broker.</summary>
public sealed class KcatTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("medstreams-kcat-").FullName;
    private EmbeddedBroker _broker = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(OutsideProgram.IsThere("kcat"), "not run: there is no kcat");
        _broker = new EmbeddedBroker(new BrokerOptions { DataDirectory = _directory, Port = 0 });
        await _broker.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_broker is not null)
            await _broker.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("none", "all")]
    [InlineData("gzip", "all")]
    [InlineData("snappy", "1")]
    [InlineData("lz4", "all")]
    [InlineData("zstd", "1")]
    [InlineData("none", "0")]
    public async Task Lines_go_in_and_come_out(string compression, string acks)
    {
        var lines = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"line {i} of some text that compresses\n"));
        await KcatAsync(lines, "-P", "-t", "lines", "-z", compression, "-X", $"acks={acks}");
        Assert.Equal(lines, await KcatAsync(null, "-C", "-t", "lines", "-e", "-q", "-X", "check.crcs=true"));
    }

    [Fact]
    public async Task Keys_headers_and_offsets_are_kept()
    {
        await KcatAsync("k1:v1\nk2:v2\n", "-P", "-t", "keyed", "-K:", "-H", "unit=mmHg", "-H", "device=7");
        Assert.Equal(
            "0|k1|v1|unit=mmHg,device=7\n1|k2|v2|unit=mmHg,device=7\n",
            await KcatAsync(null, "-C", "-t", "keyed", "-e", "-q", "-f", "%o|%k|%s|%h\n"));
        Assert.Equal("1|v2\n", await KcatAsync(null, "-C", "-t", "keyed", "-o", "1", "-e", "-q", "-f", "%o|%s\n"));
        Assert.Equal("1|v2\n", await KcatAsync(null, "-C", "-t", "keyed", "-o", "-1", "-e", "-q", "-f", "%o|%s\n"));
    }

    [Fact]
    public async Task Offsets_are_found_by_time()
    {
        await KcatAsync("a\n", "-P", "-t", "timed");
        var time = long.Parse(
            (await KcatAsync(null, "-C", "-t", "timed", "-e", "-q", "-f", "%T")).Trim(), CultureInfo.InvariantCulture);
        Assert.Contains("offset 0", await KcatAsync(null, "-Q", "-t", $"timed:0:{time}"), StringComparison.Ordinal);
        Assert.DoesNotContain("offset 0", await KcatAsync(null, "-Q", "-t", $"timed:0:{time + 1}"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_idempotent_producer_is_served()
    {
        await KcatAsync("a\nb\nc\n", "-P", "-t", "once", "-X", "enable.idempotence=true");
        Assert.Equal("a\nb\nc\n", await KcatAsync(null, "-C", "-t", "once", "-e", "-q", "-X", "isolation.level=read_committed"));
    }

    [Fact]
    public async Task Metadata_names_the_broker_and_its_topics()
    {
        await KcatAsync("x\n", "-P", "-t", "known");
        using var json = JsonDocument.Parse(await KcatAsync(null, "-L", "-J"));
        var brokers = json.RootElement.GetProperty("brokers");
        Assert.Equal(1, brokers.GetArrayLength());
        Assert.Equal(_broker.BootstrapServers, brokers[0].GetProperty("name").GetString());
        Assert.Contains(json.RootElement.GetProperty("topics").EnumerateArray(), t => t.GetProperty("topic").GetString() == "known");
    }

    private async Task<string> KcatAsync(string? input, params string[] arguments)
    {
        var (code, output, error) = await OutsideProgram.RunAsync("kcat", input, OutsideProgram.Utf8, ["-b", _broker.BootstrapServers, .. arguments]);
        Assert.True(code == 0, error);
        return output;
    }
}

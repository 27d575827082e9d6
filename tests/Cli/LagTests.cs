using System.Text.Json;
using Confluent.Kafka;

namespace MedStreams.Cli.Tests;

/// <summary>The verb <c>lag</c>.</summary>
public sealed class LagTests(BrokerFixture broker) : IClassFixture<BrokerFixture>
{
    [Fact]
    public async Task Groups_are_shown_and_limits_decide_the_exit_code()
    {
        await RunAsync("topics", "create", "orders", "--partitions", "1");
        await new CliRunner { Input = "a\nb\nc\n"u8.ToArray() }.RunAsync("produce", "orders", "-b", broker.Servers);
        using (var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = broker.Servers, GroupId = "his" }).Build())
            consumer.Commit([new TopicPartitionOffset("orders", 0, 1)]);

        Assert.Contains((await RunAsync("lag")).Lines, line => line.StartsWith("his\tOK\t2\t", StringComparison.Ordinal)); // other tests have groups of their own
        using var json = JsonDocument.Parse((await RunAsync("lag", "his", "--by", "partition", "--json")).Output);
        var row = Assert.Single(json.RootElement.EnumerateArray());
        Assert.Equal(("orders", 1, 3, 2), (row.GetProperty("topic").GetString(), row.GetProperty("committed").GetInt32(), row.GetProperty("end").GetInt32(), row.GetProperty("lag").GetInt32()));

        Assert.Equal(0, (await RunAsync("lag", "--max-lag", "2", "--max-seconds", "3600", "--status", "ok")).ExitCode);
        var broken = await RunAsync("lag", "his", "--max-lag", "1");
        Assert.Equal((3, "medstreams: his lags by 2 records, more than 1"), (broken.ExitCode, broken.Error.Trim()));
        Assert.Equal(3, (await RunAsync("lag", "--max-seconds", "0")).ExitCode);
        Assert.Equal(3, (await RunAsync("lag", "nobody", "--status", "warn")).ExitCode);
        Assert.Equal(1, (await RunAsync("lag", "nobody")).ExitCode);
        Assert.Empty((await RunAsync("lag", "--pattern", "^pacs")).Lines);
    }

    [Theory]
    [InlineData("--pattern", "(")]
    [InlineData("--status", "err")]
    [InlineData("--by", "member")]
    [InlineData("--max-lag", "-1")]
    [InlineData("--watch", "0")]
    public async Task What_cannot_be_meant_is_refused(string option, string value) =>
        Assert.Equal(2, (await RunAsync("lag", option, value)).ExitCode);

    [Fact]
    public async Task A_watch_goes_on_and_so_has_no_limits()
    {
        var run = await RunAsync("lag", "--watch", "--max-lag", "1");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--watch", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_shows_a_line_for_each_row_until_it_is_stopped()
    {
        await RunAsync("topics", "create", "watched", "--partitions", "1");
        await new CliRunner { Input = "a\nb\n"u8.ToArray() }.RunAsync("produce", "watched", "-b", broker.Servers);
        using (var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = broker.Servers, GroupId = "ward" }).Build())
            consumer.Commit([new TopicPartitionOffset("watched", 0, 1)]);

        Assert.All(await WatchAsync("--json"), line =>
        {
            using var row = JsonDocument.Parse(line);
            Assert.Equal(("ward", "watched", 1, 2, 1), (
                row.RootElement.GetProperty("group").GetString(), row.RootElement.GetProperty("topic").GetString(), row.RootElement.GetProperty("committed").GetInt32(),
                row.RootElement.GetProperty("end").GetInt32(), row.RootElement.GetProperty("lag").GetInt32()));
        });
        Assert.All(await WatchAsync(), line => Assert.Equal(["ward", "watched", "0", "1", "2", "1"], [.. line.Split('\t')[1..4], .. line.Split('\t')[5..8]]));
    }

    private async Task<string[]> WatchAsync(params string[] more)
    {
        using var stop = new CancellationTokenSource();
        using var output = new LineCountingStream(2, stop);
        var environment = new CliEnvironment
        {
            Input = Stream.Null,
            Output = output,
            Error = TextWriter.Null,
            Variables = new Dictionary<string, string>(),
            WorkingDirectory = AppContext.BaseDirectory,
        };
        Assert.Equal(0, await CommandLine.RunAsync(["lag", "ward", "--by", "partition", "--watch", "0.2", "-b", broker.Servers, .. more], environment, stop.Token));
        return output.Lines;
    }

    /// <summary>Stops what writes to it after so many lines.</summary>
    private sealed class LineCountingStream(int lines, CancellationTokenSource stop) : MemoryStream
    {
        public string[] Lines => System.Text.Encoding.UTF8.GetString(ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        public override void Write(byte[] buffer, int offset, int count)
        {
            base.Write(buffer, offset, count);
            StopWhenFull();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            base.Write(buffer);
            StopWhenFull();
        }

        private void StopWhenFull()
        {
            if (Lines.Length >= lines)
                stop.Cancel();
        }
    }

    private Task<CliRun> RunAsync(params string[] arguments) => new CliRunner().RunAsync([.. arguments, "-b", broker.Servers]);
}

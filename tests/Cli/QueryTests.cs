using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MedStreams.Cli.Running;
using MedStreams.Streams;

namespace MedStreams.Cli.Tests;

/// <summary>The verb <c>query</c> beside a topology that runs.</summary>
public sealed class QueryTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IDisposable
{
    private const string Token = "a token for these tests";

    private static readonly TopologyEntry Lengths = new("lengths", "Counts words by length", _ =>
    {
        var builder = new StreamsBuilder();
        builder.Stream("sentences", Consumed.With(Serdes.String, Serdes.String))
            .GroupBy((_, word) => (long)word.Length, Grouped.With(Serdes.Int64, Serdes.String))
            .Count(Materialized.As("by-length"));
        return new RunnableTopology(builder.Build()) { Topics = ["sentences"] };
    });

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Stores_are_asked_by_key_and_in_ranges()
    {
        using var stop = new CancellationTokenSource();
        var server = $"127.0.0.1:{FreePort()}";
        var running = Runner().RunAsync(
            [
                "run", "lengths", "--create-topics", "--partitions", "2", "--state-dir", _folder.Path, "-b", broker.Servers,
                "--application-server", server, "--set", "Streams:HttpToken=" + Token,
            ],
            stop.Token);
        await Runner("one\ntwo\nthree\nfour\nfive\nsix\n").RunAsync("produce", "sentences", "-b", broker.Servers, "--set", "Kafka:Timeout=20 s");

        var three = await Until(() => Query("by-length", "--key", "3"), r => r.ExitCode == 0 && r.Output.StartsWith("3\t", StringComparison.Ordinal));
        Assert.Equal("3", three.Lines.Single().Split('\t')[0]);
        var all = await Until(() => Query("by-length", "--all", "--limit", "1", "--json"), r => r.Output.Count(c => c == '{') == 3);
        using var json = JsonDocument.Parse(all.Output);
        Assert.Equal(
            [(3, 3), (4, 2), (5, 1)],
            json.RootElement.EnumerateArray().Select(e => (e.GetProperty("key").GetInt32(), e.GetProperty("value").GetInt32())).Order());
        var listing = await Query();
        Assert.Equal("by-length\ttimestamped-key-value\tInt64\tInt64\t2\t" + server, listing.Lines.Single());
        Assert.Equal(3, (await Query("by-length", "--key", "99")).ExitCode);
        Assert.Equal(2, (await Query("by-width", "--key", "3")).ExitCode);
        Assert.Equal(2, (await Query("by-length", "--key", "three")).ExitCode);
        Assert.Equal(2, (await Query("by-length", "--as-of", "yesterday")).ExitCode);
        var closed = await Runner().RunAsync("query", "by-length", "--key", "3", "--server", server);
        Assert.Equal(2, closed.ExitCode);
        Assert.Contains("Streams:HttpToken", closed.Error, StringComparison.Ordinal);
        await stop.CancelAsync();
        Assert.Equal(0, (await running).ExitCode);

        Task<CliRun> Query(params string[] arguments) =>
            Runner().RunAsync(["query", .. arguments, "--server", server, "--set", "Streams:HttpToken=" + Token]);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named()
    {
        var server = $"127.0.0.1:{FreePort()}";
        var run = await Runner().RunAsync("query", "--server", server);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(server, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stores_are_not_open_to_the_network_without_a_token()
    {
        var run = await Runner().RunAsync("run", "lengths", "-b", broker.Servers, "--application-server", "10.1.2.3:8090");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("Streams:HttpToken is not set", run.Error, StringComparison.Ordinal);
    }

    private static async Task<CliRun> Until(Func<Task<CliRun>> ask, Func<CliRun, bool> holds)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var run = await ask();
            if (holds(run) || TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(60))
                return run;
            await Task.Delay(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        }
    }

    private static CliRunner Runner(string input = "") => new() { Input = Encoding.UTF8.GetBytes(input), Topologies = [Lengths] };

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

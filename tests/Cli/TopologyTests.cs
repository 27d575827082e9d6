using System.Text;
using System.Text.Json;
using MedStreams.Cli.Running;
using MedStreams.Streams;

namespace MedStreams.Cli.Tests;

public sealed class TopologyTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IDisposable
{
    private static readonly TopologyEntry Shout = new("shout", "Copies words in capitals", _ =>
    {
        var builder = new StreamsBuilder();
        builder.Stream("words", Consumed.With(Serdes.String, Serdes.String))
            .MapValues(word => word.ToUpperInvariant())
            .To("shouts", Produced.With(Serdes.String, Serdes.String));
        return new RunnableTopology(builder.Build()) { Topics = ["words", "shouts"] };
    });

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("text", "Sub-topology: 0")]
    [InlineData("mermaid", "flowchart")]
    [InlineData("dot", "digraph")]
    [InlineData("json", "subtopologies")]
    public async Task A_topology_is_described_in_four_ways(string format, string expected)
    {
        var run = await Runner().RunAsync("describe", "shout", "--format", format);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
        Assert.Contains("words", run.Output, StringComparison.Ordinal);
        Assert.Contains("shouts", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task S3_5_The_topology_of_migrations_is_described_without_servers_and_run_by_its_own_verb()
    {
        var described = await CliRun.RunAsync("describe", "migration");
        Assert.True(described.ExitCode == 0, described.Error);
        Assert.Contains("topics: [migration.tasks]", described.Output, StringComparison.Ordinal);
        Assert.Contains("migration-events-to-postgres", described.Output, StringComparison.Ordinal);
        var run = await CliRun.RunAsync("run", "migration");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("medstreams migrate start", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_for_all_verbs_means_json_here_too()
    {
        var run = await Runner().RunAsync("describe", "shout", "--json");
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal(1, json.RootElement.GetProperty("subtopologies").GetArrayLength());
    }

    [Theory]
    [InlineData("run")]
    [InlineData("describe")]
    public async Task An_unknown_topology_brings_the_known_ones(string verb)
    {
        var run = await Runner().RunAsync(verb, "whisper");
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("There is no topology whisper; there is shout.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topology_runs_until_it_is_stopped_and_closes_cleanly()
    {
        using var stop = new CancellationTokenSource();
        var running = Runner().RunAsync(
            ["run", "shout", "--create-topics", "--state-dir", _folder.Path, "-b", broker.Servers], stop.Token);
        await new CliRunner { Input = Encoding.UTF8.GetBytes("a:help\nb:me\n") }
            .RunAsync("produce", "words", "--key-separator", ":", "-b", broker.Servers, "--set", "Kafka:Timeout=20 s");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var heard = await new CliRunner().RunAsync(["consume", "shouts", "--count", "2", "-b", broker.Servers], patience.Token);
        await stop.CancelAsync();
        var run = await running;
        Assert.Equal(["a\tHELP", "b\tME"], heard.Lines.Order());
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("shout is running as medstreams-shout", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_source_topic_is_named()
    {
        var entry = Shout with
        {
            Name = "deaf",
            Build = _ =>
            {
                var builder = new StreamsBuilder();
                builder.Stream("nothing-here", Consumed.With(Serdes.String, Serdes.String))
                    .To("shouts", Produced.With(Serdes.String, Serdes.String));
                return new RunnableTopology(builder.Build());
            },
        };
        var run = await new CliRunner { Topologies = [entry] }.RunAsync("run", "deaf", "--state-dir", _folder.Path, "-b", broker.Servers);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("nothing-here", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wrong_settings_of_the_engine_are_wrong_usage()
    {
        var run = await Runner().RunAsync("run", "shout", "--threads", "0", "--guarantee", "perhaps", "-b", broker.Servers);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("MedStreams:Streams:NumStreamThreads (argument --threads) is '0'", run.Error, StringComparison.Ordinal);
        Assert.Contains("exactly_once_v2, at_least_once", run.Error, StringComparison.Ordinal);
    }

    private static CliRunner Runner() => new() { Topologies = [Shout] };
}

using System.Text.Json;
using MedStreams.Cli.Running;
using MedStreams.Streams;
using MedStreams.Support;

namespace MedStreams.Cli.Tests;

public sealed class ResetTests(BrokerFixture broker) : IClassFixture<BrokerFixture>, IDisposable
{
    private static readonly TopologyEntry Count = new("count", "Counts words", _ =>
    {
        var builder = new StreamsBuilder();
        builder.Stream("reset-words", Consumed.With(Serdes.String, Serdes.String))
            .GroupBy((_, word) => word, Grouped.With(Serdes.String, Serdes.String) with { Name = "words" })
            .Count(Materialized.As("counts"))
            .ToStream()
            .To("reset-counts");
        return new RunnableTopology(builder.Build()) { Topics = ["reset-words", "reset-counts"] };
    });

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_plan_is_shown_members_are_named_and_execute_lets_the_topology_begin_anew()
    {
        using var stop = new CancellationTokenSource();
        var running = Runner().RunAsync(
            ["run", "count", "--create-topics", "--partitions", "1", "--state-dir", _folder.Path, "-b", broker.Servers], stop.Token);
        var produced = await new CliRunner { Input = "a\nb\na\n"u8.ToArray() }.RunAsync("produce", "reset-words", "-b", broker.Servers);
        Assert.Equal(0, produced.ExitCode);
        await Eventually.Holds(async () => (await Runner().RunAsync("consume", "reset-counts", "-b", broker.Servers)).Lines.Length >= 2);

        var refused = await ResetAsync("--execute");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("medstreams-count runs: medstreams-count", refused.Error, StringComparison.Ordinal);
        await stop.CancelAsync();
        Assert.Equal(0, (await running).ExitCode);

        var plan = await ResetAsync("--wait", "30 s", "--json");
        Assert.Equal(0, plan.ExitCode);
        Assert.Contains("add --execute to do it", plan.Error, StringComparison.Ordinal);
        using (var json = JsonDocument.Parse(plan.Output))
        {
            var rows = json.RootElement.EnumerateArray().ToList();
            var input = rows.Single(r => r.GetProperty("kind").GetString() == "input");
            Assert.Equal(("reset-words", 0, 3, 0, "would be set"), (
                input.GetProperty("name").GetString(),
                input.GetProperty("partition").GetInt32(),
                input.GetProperty("from").GetInt64(),
                input.GetProperty("to").GetInt64(),
                input.GetProperty("action").GetString()));
            Assert.Equal(
                ["medstreams-count-assignment", "medstreams-count-counts-changelog", "medstreams-count-words-repartition"],
                rows.Where(r => r.GetProperty("kind").GetString() == "topic").Select(r => r.GetProperty("name").GetString()));
            Assert.Single(rows, r => r.GetProperty("kind").GetString() == "state");
        }

        var done = await ResetAsync("--execute");
        Assert.Equal(0, done.ExitCode);
        Assert.Contains("input\treset-words\t0\t3\t0\tset", done.Lines);
        Assert.Empty(Directory.EnumerateDirectories(_folder.Path));
        var rest = await ResetAsync();
        Assert.Equal(["input\treset-words\t0\t0\t0\twould be set"], rest.Lines);
    }

    [Fact]
    public async Task Neither_topology_nor_application_is_wrong_usage()
    {
        var run = await CliRun.RunAsync("reset", "-b", broker.Servers);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("--application-id", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--to-earliest --to-latest", "--to-earliest and --to-latest exclude one another")]
    [InlineData("--to-offset -1", "--to-offset must be 0 or more")]
    [InlineData("--to-datetime yesterday", "allowed is an ISO 8601 time")]
    [InlineData("--by-duration long", "as in 500 ms")]
    public async Task A_target_that_cannot_be_is_wrong_usage(string options, string told)
    {
        var run = await CliRun.RunAsync(["reset", "--application-id", "any", "-b", broker.Servers, .. options.Split(' ')]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(told, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_topic_that_is_not_there_and_a_broker_that_does_not_answer_have_codes_of_their_own()
    {
        var missing = await CliRun.RunAsync("reset", "--application-id", "any", "--input-topics", "nowhere", "-b", broker.Servers);
        Assert.Equal((1, "medstreams: There is no topic nowhere.\n"), (missing.ExitCode, missing.Error));
        var alone = await CliRun.RunAsync("reset", "--application-id", "any", "-b", "127.0.0.1:1", "--set", "Kafka:Timeout=1 s");
        Assert.Equal(4, alone.ExitCode);
    }

    private Task<CliRun> ResetAsync(params string[] options) =>
        Runner().RunAsync(["reset", "count", "--state-dir", _folder.Path, "-b", broker.Servers, .. options]);

    private static CliRunner Runner() => new() { Topologies = [Count] };
}

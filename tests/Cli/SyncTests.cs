using System.Buffers;
using System.Text.Json;
using Confluent.Kafka;
using MedStreams.Cli.Running.Synchronisation;
using MedStreams.Monitoring.Page;
using MedStreams.Topologies.Synchronisation;

namespace MedStreams.Cli.Tests;

/// <summary>The verbs of a synchronisation, and its part of the page.</summary>
public sealed class SyncTests(BrokerFixture broker) : IClassFixture<BrokerFixture>
{
    private static readonly long Now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    [Fact]
    public async Task Status_shows_what_shards_told_last_and_fails_where_one_is_silent()
    {
        const string Topic = "status.told";
        await TellAsync(Topic, new ShardStatus(0, "elsewhere", Now - 90_000, 1, Now - 90_000), Busy(0), new ShardStatus(1, "one", Now - 90_000, 7, Now - 90_000));

        var all = await RunAsync("status", Topic, "--json");
        var silent = await RunAsync("status", Topic, "--max-age", "60");
        var unknown = await RunAsync("status", "status.of-nobody");

        Assert.Equal(0, all.ExitCode);
        using var json = JsonDocument.Parse(all.Output);
        Assert.Equal(3, json.RootElement.GetArrayLength()); // two operators of the first shard, none of the second
        var north = json.RootElement[0];
        Assert.Equal(("two", "north", 10, 4), (north.GetProperty("owner").GetString(), north.GetProperty("operator").GetString(), north.GetProperty("total").GetInt32(), north.GetProperty("settled").GetInt32()));
        Assert.True(json.RootElement[1].GetProperty("breakerOpen").GetBoolean());
        Assert.Equal(3, silent.ExitCode);
        Assert.Contains("told nothing in time: 1", silent.Error, StringComparison.Ordinal);
        Assert.Equal(1, unknown.ExitCode);
    }

    [Fact]
    public async Task Pause_and_resume_write_words_that_shards_read()
    {
        string[] control = ["--set", "Sync:ControlTopic=words.of-people", "-b", broker.Servers];
        Assert.Equal(0, (await CliRun.RunAsync(["sync", "pause", "--operator", "north", .. control])).ExitCode);
        Assert.Equal(0, (await CliRun.RunAsync(["sync", "resume", "--operator", "north", .. control])).ExitCode);
        Assert.Equal(0, (await CliRun.RunAsync(["sync", "pause", .. control])).ExitCode);

        var said = await CliRun.RunAsync("consume", "words.of-people", "-b", broker.Servers, "--json");
        var words = said.Lines.Select(line => JsonDocument.Parse(line).RootElement).ToList();

        Assert.Equal(["pause/operator/north", "pause/operator/north", "pause"], words.Select(w => w.GetProperty("key").GetString()!));
        Assert.Equal([true, false, true], words.Select(w => Paused(w.GetProperty("value"))));
    }

    [Theory]
    [InlineData("Sync:Shards=0", "Sync:Shards")]
    [InlineData("Sync:LookInterval=20 s", "Sync:RoundInterval")]
    [InlineData("Sync:AnnouncementLimit=45 s", "Streams:SessionTimeout")]
    [InlineData("Streams:ProcessingGuarantee=at_least_once", "exactly_once_v2")]
    public async Task A_wrong_setting_is_named(string setting, string named)
    {
        var run = await CliRun.RunAsync("describe", "synchronisation", "--set", setting);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_shows_shards_owners_progress_and_breakers()
    {
        var view = new SyncView();
        Assert.Null(view.Show());
        view.Take(Busy(0));
        view.Take(new ShardStatus(1, "one", Now, 7, Now));

        using var json = JsonDocument.Parse(PageReply.Json(view.Show()!).Body);

        var shard = json.RootElement.GetProperty("shards")[0];
        Assert.Equal((4, 15, "running"), (shard.GetProperty("done").GetInt32(), shard.GetProperty("total").GetInt32(), shard.GetProperty("state").GetString()));
        Assert.Equal("done", json.RootElement.GetProperty("shards")[1].GetProperty("state").GetString());
        Assert.Equal(
            ["north closed", "south open"],
            json.RootElement.GetProperty("breakers").EnumerateArray().Select(b => $"{b.GetProperty("operator").GetString()} {b.GetProperty("state").GetString()}"));
    }

    private static bool Paused(JsonElement value) =>
        (value.ValueKind == JsonValueKind.String ? JsonDocument.Parse(value.GetString()!).RootElement : value).GetProperty("isPaused").GetBoolean();

    private static ShardStatus Busy(int shard) => new(shard, "two", Now, 3, Now)
    {
        HasData = true,
        Groups = 2,
        Running = 1,
        Operators = [new ShardOperator("north", 1, 10, 4, 1, 0), new ShardOperator("south", 1, 5, 0, 0, 1) { Held = "the circuit breaker is open", HeldUntil = Now + 1000, IsBreakerOpen = true }],
    };

    private Task<CliRun> RunAsync(string verb, string topic, params string[] more) => CliRun.RunAsync(
        ["sync", verb, "-b", broker.Servers, "--set", $"Sync:StatusTopic={topic}", "--set", "Sync:Shards=2", .. more]);

    private async Task TellAsync(string topic, params ShardStatus[] states)
    {
        await CliRun.RunAsync("topics", "create", topic, "--partitions", "1", "-b", broker.Servers);
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = broker.Servers }).Build();
        foreach (var state in states)
        {
            var value = new ArrayBufferWriter<byte>();
            SyncSerdes.Status.Serialize(state, value, default);
            await producer.ProduceAsync(topic, new Message<string, byte[]> { Key = $"{state.Shard}", Value = value.WrittenSpan.ToArray() }, TestContext.Current.CancellationToken);
        }
    }
}

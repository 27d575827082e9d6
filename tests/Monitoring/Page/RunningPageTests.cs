using System.Net;
using System.Text;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Broker;
using MedStreams.Monitoring.Lag;
using MedStreams.Monitoring.Page;
using MedStreams.Streams;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Monitoring.Tests.Page;

/// <summary>The page of a topology that runs, on a broker.</summary>
public sealed class RunningPageTests : IAsyncLifetime
{
    private const string DeadLetters = "in.dead-letter";
    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-page-").FullName;
    private readonly int _port = HttpCluster.FreePort();
    private EmbeddedBroker _broker = null!;

    private string Servers => $"127.0.0.1:{_port}";

    public async ValueTask InitializeAsync()
    {
        await StartBrokerAsync();
        using var admin = Admin();
        await admin.CreateTopicsAsync(
        [
            new TopicSpecification { Name = "in", NumPartitions = 2, ReplicationFactor = 1 },
            new TopicSpecification { Name = "out", NumPartitions = 2, ReplicationFactor = 1 },
            new TopicSpecification { Name = DeadLetters, NumPartitions = 2, ReplicationFactor = 1 },
        ]);
    }

    public async ValueTask DisposeAsync()
    {
        await _broker.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task It_shows_what_an_instance_does_and_an_operator_can_hold_it()
    {
        await using var streams = Streams(out var topology, out var config);
        await using var watch = Watch("app");
        var content = StreamsPage.Of(streams, topology.Describe(), "counting", config).And(LagPage.Of([watch], TimeProvider.System));
        using var audit = Audit();
        await using var host = await PageHost.StartAsync(PageHost.Options(content, audit));
        await streams.StartAsync();
        using var producer = Producer();
        for (var i = 0; i < 100; i++)
            await producer.ProduceAsync("in", new Message<byte[]?, byte[]?> { Key = [(byte)(i % 7)], Value = [1] });

        var browser = await host.LoggedInAsync();
        var state = await browser.UntilAsync(s =>
            s.TryGetValue("instance", out var instance) && instance.GetProperty("state").GetString() == "running"
            && s.TryGetValue("nodes", out var nodes) && nodes.GetProperty("topics").TryGetProperty("in", out var topic) && topic.GetProperty("readTotal").GetDouble() >= 100
            && s.TryGetValue("lag", out var lag) && lag.GetProperty("groups").EnumerateArray().Any(g => g.GetProperty("group").GetString() == "app"));
        Assert.False(state.ContainsKey("faults"));
        Assert.Equal(["0_0", "0_1", "1_0", "1_1"], state["tasks"].EnumerateArray().Where(t => t.GetProperty("role").GetString() == "active").Select(t => t.GetProperty("task").GetString()));
        Assert.Equal("counts", state["stores"].EnumerateArray().Single().GetProperty("name").GetString());
        Assert.True(state["cluster"].EnumerateArray().Single().GetProperty("isReachable").GetBoolean());
        Assert.Equal(0, state["restore"].GetArrayLength());

        var graph = await browser.JsonAsync("/api/topology");
        Assert.Contains(graph.GetProperty("edges").EnumerateArray(), e => e.GetProperty("from").GetString() == "topic:in" && e.GetProperty("kind").GetString() == "read");
        var rows = await browser.JsonAsync("/api/lag?group=app&topic=in&count=1");
        Assert.Equal(2, rows.GetProperty("total").GetInt32());
        Assert.Single(rows.GetProperty("rows").EnumerateArray());
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.Client.GetAsync("/api/lag?count=0")).StatusCode);
        using var asked = await browser.PostAsync("/api/query/counts", "{}");
        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        Assert.Equal(7, JsonElement.Parse(await asked.Content.ReadAsByteArrayAsync()).GetProperty("entries").GetArrayLength());
        var looks = await host.LoggedInAsync("look");
        Assert.Equal(HttpStatusCode.Forbidden, (await looks.PostAsync("/api/query/counts", "{}")).StatusCode);

        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync("/api/topology/pause")).StatusCode);
        Assert.True(streams.IsPaused);
        await browser.UntilAsync(s => s.TryGetValue("instance", out var instance) && instance.GetProperty("isPaused").GetBoolean());
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync("/api/topology/resume")).StatusCode);
        Assert.False(streams.IsPaused);
        Assert.Equal(
            ["topology.pause requested", "topology.pause done", "topology.resume requested", "topology.resume done"],
            Read("medstreams.audit", 4).Select(r => JsonElement.Parse(r.Message.Value!)).Select(e => $"{e.GetProperty("what").GetString()} {e.GetProperty("outcome").GetString()}"));

        var report = await browser.Client.GetStringAsync("/api/reports/lag?format=csv");
        Assert.Equal(5, report.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains("<th scope=\"col\">partition</th>", await browser.Client.GetStringAsync("/api/reports/lag"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dead_letters_are_masked_and_go_back_to_where_they_came_from()
    {
        using var producer = Producer();
        for (var i = 0; i < 5; i++)
            await producer.ProduceAsync(new Confluent.Kafka.TopicPartition(DeadLetters, i % 2), Refused($"Miller {i}", i == 4 ? "elsewhere" : "in"));
        var content = DeadLetterPage.Of(
            new DeadLetterOptions
            {
                Topics = [DeadLetters, "not.there"],
                Connect = Consumer,
                Produce = config => Producer(config),
                Admin = Admin,
                MayReplayTo = static topic => topic == "in",
            },
            TimeProvider.System);
        using var audit = Audit();
        await using var host = await PageHost.StartAsync(PageHost.Options(content, audit));

        var looks = await host.LoggedInAsync("look");
        var masked = await looks.Client.GetStringAsync($"/api/dead-letters/{DeadLetters}");
        Assert.DoesNotContain("Miller", masked, StringComparison.Ordinal);
        Assert.True(JsonElement.Parse(masked).GetProperty("isMasked").GetBoolean());
        var oper = await host.LoggedInAsync();
        var first = await oper.JsonAsync($"/api/dead-letters/{DeadLetters}?count=3");
        Assert.Equal(["Miller 4", "Miller 3", "Miller 2"], first.GetProperty("letters").EnumerateArray().Select(l => l.GetProperty("value").GetString()));
        var second = await oper.JsonAsync($"/api/dead-letters/{DeadLetters}?count=3&from={first.GetProperty("next").GetString()}");
        Assert.Equal(["Miller 1", "Miller 0"], second.GetProperty("letters").EnumerateArray().Select(l => l.GetProperty("value").GetString()));
        Assert.False(second.TryGetProperty("next", out _));
        Assert.Equal(HttpStatusCode.NotFound, (await oper.Client.GetAsync("/api/dead-letters/in")).StatusCode);
        var state = await oper.UntilAsync(s => s.ContainsKey("deadLetters"));
        Assert.Equal(5, state["deadLetters"].GetProperty("topics").EnumerateArray().Single().GetProperty("count").GetInt32());

        using var response = await oper.PostAsync(
            $"/api/dead-letters/{DeadLetters}/replay", """[{"partition":1,"offset":0},{"partition":0,"offset":2},{"partition":0,"offset":99}]""");
        var outcome = JsonElement.Parse(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal(1, outcome.GetProperty("replayed").GetInt32());
        Assert.Equal([2, 99], outcome.GetProperty("refused").EnumerateArray().Select(r => r.GetProperty("offset").GetInt32()));
        var again = Read("in", 1).Single().Message;
        Assert.Equal(("key", "Miller 1"), (Encoding.UTF8.GetString(again.Key!), Encoding.UTF8.GetString(again.Value!)));
        Assert.Equal(["own", ReplayAction.Header], again.Headers.Select(h => h.Key));
        Assert.Equal(1_700_000_000_001, again.Timestamp.UnixTimestampMs);
        var entries = Read("medstreams.audit", 2).Select(r => Encoding.UTF8.GetString(r.Message.Value!)).ToList();
        Assert.All(entries, e => Assert.Contains($"\"which\":\"{DeadLetters} 1@0, 0@2, 0@99\"", e, StringComparison.Ordinal));
        Assert.All(entries, e => Assert.DoesNotContain("Miller", e, StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.BadRequest, (await oper.PostAsync($"/api/dead-letters/{DeadLetters}/replay", "[{\"partition\":\"1\"}]")).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await oper.PostAsync($"/api/dead-letters/{DeadLetters}/replay", "[{\"partition\":0,\"offset\":99}]")).StatusCode);
    }

    [Fact]
    public async Task A_broker_that_goes_away_is_shown_and_seen_again_when_it_is_back()
    {
        await using var watch = Watch("app");
        using var audit = Audit();
        await using var host = await PageHost.StartAsync(PageHost.Options(
            LagPage.Of([watch], TimeProvider.System) with { Actions = [new SetAction(static _ => PageReply.Json(new { Ok = true }))] }, audit));
        var browser = await host.LoggedInAsync();
        await browser.UntilAsync(IsReachable);
        await _broker.DisposeAsync();
        await browser.UntilAsync(s => !IsReachable(s));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await browser.PostAsync("/api/things/1/do")).StatusCode); // no audit
        await StartBrokerAsync();
        await browser.UntilAsync(IsReachable);
        Assert.Equal(HttpStatusCode.OK, (await browser.PostAsync("/api/things/1/do")).StatusCode);
    }

    private static bool IsReachable(IReadOnlyDictionary<string, JsonElement> state) =>
        state.TryGetValue("cluster", out var cluster) && cluster.EnumerateArray().Single().GetProperty("isReachable").GetBoolean();

    private static Message<byte[]?, byte[]?> Refused(string value, string topic) => new()
    {
        Key = Encoding.UTF8.GetBytes("key"),
        Value = Encoding.UTF8.GetBytes(value),
        Timestamp = new Timestamp(1_700_000_000_000 + (value[^1] - '0'), TimestampType.CreateTime),
        Headers =
        [
            new Confluent.Kafka.Header("own", [1]),
            new Confluent.Kafka.Header("__streams.errors.exception", Encoding.UTF8.GetBytes("java.lang.IllegalStateException")),
            new Confluent.Kafka.Header("__streams.errors.message", Encoding.UTF8.GetBytes($"cannot read {value}")),
            new Confluent.Kafka.Header("__streams.errors.topic", Encoding.UTF8.GetBytes(topic)),
            new Confluent.Kafka.Header("__streams.errors.partition", "0"u8.ToArray()),
            new Confluent.Kafka.Header("__streams.errors.offset", "17"u8.ToArray()),
        ],
    };

    private KafkaStreams Streams(out Topology topology, out StreamsConfig config)
    {
        var builder = new StreamsBuilder();
        builder.Stream("in", Consumed.With(Serdes.Bytes, Serdes.Bytes))
            .GroupBy((key, _) => (long)key![0], Grouped.With(Serdes.Int64, Serdes.Bytes))
            .Count(Materialized.As("counts"));
        topology = builder.Build();
        config = new StreamsConfig
        {
            ApplicationId = "app",
            BootstrapServers = Servers,
            StateDir = Path.Combine(_folder, "state"),
            CommitInterval = TimeSpan.FromMilliseconds(50),
        };
        return new KafkaStreams(topology, config);
    }

    private ClusterWatch Watch(string group) => new(
        Clusters.Of(Servers) with
        {
            Timeout = TimeSpan.FromSeconds(2),
            Book = new LagBookSettings { GroupAllowlist = new($"^{group}$", default, TimeSpan.FromSeconds(1)) },
        },
        TimeProvider.System,
        NullLogger.Instance);

    private TopicAudit Audit() => new("medstreams.audit", TimeSpan.FromSeconds(3), config => Producer(config), Admin);

    private IAdminClient Admin() =>
        new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();

    private IProducer<byte[]?, byte[]?> Producer(ProducerConfig? config = null)
    {
        config ??= new ProducerConfig();
        config.BootstrapServers = Servers;
        return new ProducerBuilder<byte[]?, byte[]?>(config).SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();
    }

    private IConsumer<byte[]?, byte[]?> Consumer(ConsumerConfig config)
    {
        config.BootstrapServers = Servers;
        return new ConsumerBuilder<byte[]?, byte[]?>(config).SetErrorHandler(static (_, _) => { }).SetLogHandler(static (_, _) => { }).Build();
    }

    /// <summary>The first records of partition 0.</summary>
    private List<ConsumeResult<byte[]?, byte[]?>> Read(string topic, int count)
    {
        using var consumer = Consumer(new ConsumerConfig { GroupId = "tests" });
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        var found = new List<ConsumeResult<byte[]?, byte[]?>>();
        while (found.Count < count)
            found.Add(consumer.Consume(TimeSpan.FromSeconds(30)) ?? throw new TimeoutException($"{topic} has {found.Count} records of {count}"));
        return found;
    }

    private Task StartBrokerAsync()
    {
        _broker = new EmbeddedBroker(new BrokerOptions { DataDirectory = Path.Combine(_folder, "broker"), Port = _port });
        return _broker.StartAsync();
    }
}

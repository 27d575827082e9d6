using System.Globalization;
using System.Net;
using System.Text.Json;
using MedStreams.Streams;
using MedStreams.Support;

namespace MedStreams.Monitoring.Tests.Queries;

/// <summary>Queries over HTTP at one instance and at several.</summary>
public sealed class QueryEndpointsTests
{
    private const int Keys = 40;
    private const int Partitions = 4;

    [Fact]
    public async Task Every_kind_of_store_answers_in_JSON()
    {
        await using var cluster = await HttpCluster.StartAsync(1);
        cluster.Produce(Records());
        var one = await cluster.AddAsync(Everything(), "one");
        await Eventually.Holds(() => one.Streams.State == KafkaStreamsState.Running);
        await Eventually.Holds(() => Position(one) == (2 * Keys) - 1);

        var (status, count) = await cluster.AskAsync(one, "counts", new { key = "k07" });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            """{"value":2,"timestamp":47000,"store":"counts","partition":0,"active":true,"position":{"in-0":79}}""", count.GetRawText());
        var (_, windows) = await cluster.AskAsync(one, "windows", new { key = "k07", timeFrom = 0, timeTo = 100_000 });
        Assert.Equal([(0, 1), (40_000, 1)], Entries(windows).Select(e => (e.GetProperty("windowStart").GetInt32(), e.GetProperty("value").GetInt32())));
        var (_, some) = await cluster.AskAsync(one, "windows", new { from = "k05", to = "k07", timeFrom = 40_000, timeTo = 40_000 });
        Assert.Equal(["k05", "k06", "k07"], Entries(some).Select(e => e.GetProperty("key").GetString()));
        Assert.Equal(50_000, Entries(some)[0].GetProperty("windowEnd").GetInt32());
        var (_, sessions) = await cluster.AskAsync(one, "sessions", new { key = "k07" });
        Assert.Equal([7_000, 47_000], Entries(sessions).Select(e => e.GetProperty("windowStart").GetInt32()));
        var (_, version) = await cluster.AskAsync(one, "versions", new { key = "k07", asOf = 20_000 });
        Assert.Equal(("7", 7_000), (version.GetProperty("value").GetString(), version.GetProperty("timestamp").GetInt32()));
        var (_, versions) = await cluster.AskAsync(one, "versions", new { key = "k07", versions = true });
        Assert.Equal(["7", "47"], versions.GetProperty("versions").EnumerateArray().Select(v => v.GetProperty("value").GetString()));
        var (_, prefix) = await cluster.AskAsync(one, "counts", new { prefix = "k1", limit = 100 });
        Assert.Equal(10, Entries(prefix).Count);
        var (_, down) = await cluster.AskAsync(one, "counts", new { descending = true, limit = 2 });
        Assert.Equal(["k39", "k38"], Entries(down).Select(e => e.GetProperty("key").GetString()));
        Assert.Equal(JsonValueKind.String, down.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task What_cannot_be_answered_says_why()
    {
        await using var cluster = await HttpCluster.StartAsync(1);
        cluster.Produce(Records());
        var one = await cluster.AddAsync(Everything(), "one");
        await Eventually.Holds(() => one.Streams.State == KafkaStreamsState.Running);
        await Eventually.Holds(() => Position(one) == (2 * Keys) - 1);

        await Refused("counts", new { key = "nobody" }, 404, "no-value");
        await Refused("nothing", new { key = "k07" }, 404, "unknown-store");
        await Refused("counts", new { key = "k07", partition = 1 }, 404, "unknown-partition");
        await Refused("counts", new { key = 7 }, 400, "bad-query");
        await Refused("counts", new { key = (string?)null }, 400, "bad-query");
        await Refused("counts", new { key = "k07", asOf = 1 }, 400, "bad-query");
        await Refused("counts", new { limit = 0 }, 400, "bad-query");
        await Refused("counts", new { limit = 10_001 }, 400, "bad-query");
        await Refused("counts", new { frm = "k" }, 400, "bad-query");
        await Refused("counts", new { after = "zzz" }, 400, "bad-query");
        await Refused("windows", new { prefix = "k" }, 400, "bad-query");
        await Refused("versions", new { limit = 5 }, 400, "bad-query");
        await Refused("counts", new { key = "k07", atLeast = new Dictionary<string, long> { ["in-0"] = 80 } }, 409, "not-up-to-bound");
        await Refused("counts", new { prefix = new string('x', 70_000) }, 413, null);
        Assert.Equal(HttpStatusCode.Unauthorized, (await cluster.AskAsync(one, "counts", new { key = "k07" }, token: null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await cluster.AskAsync(one, "counts", new { key = "k07" }, token: "another token of tests")).Status);

        async Task Refused(string store, object query, int status, string? error)
        {
            var (actual, body) = await cluster.AskAsync(one, store, query);
            Assert.Equal(status, (int)actual);
            if (error is not null)
                Assert.Equal(error, body.GetProperty("error").GetString());
            Assert.DoesNotContain("k07", body.GetRawText(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Any_instance_answers_for_any_key()
    {
        await using var cluster = await HttpCluster.StartAsync(Partitions);
        cluster.Produce(Records());
        var one = await cluster.AddAsync(Everything(), "one");
        var two = await cluster.AddAsync(Everything(), "two");
        await cluster.SettleAsync("counts", Partitions);
        await Eventually.Holds(() => Position(one) + Position(two) + Partitions == 2 * Keys);

        var forwarded = 0;
        foreach (var key in Enumerable.Range(0, Keys).Select(k => $"k{k:00}"))
        {
            var (here, there) = (await cluster.AskAsync(one, "counts", new { key }), await cluster.AskAsync(two, "counts", new { key }));
            Assert.Equal(2, here.Body.GetProperty("value").GetInt32());
            Assert.Equal(here.Body.GetRawText(), there.Body.GetRawText());
            var (status, told) = await cluster.AskAsync(one, "counts", new { key }, suffix: "?forward=false");
            if (status != HttpStatusCode.MisdirectedRequest)
                continue;
            forwarded++;
            Assert.Equal(two.Address, told.GetProperty("owner").GetString());
        }

        Assert.InRange(forwarded, 1, Keys - 1);
    }

    [Fact]
    public async Task Pages_go_through_the_partitions_of_all_instances()
    {
        await using var cluster = await HttpCluster.StartAsync(Partitions);
        cluster.Produce(Records());
        var one = await cluster.AddAsync(Everything(), "one");
        var two = await cluster.AddAsync(Everything(), "two");
        await cluster.SettleAsync("counts", Partitions);
        await Eventually.Holds(() => Position(one) + Position(two) + Partitions == 2 * Keys);

        foreach (var limit in (int[])[1, 7, 100])
        {
            var keys = new List<string>();
            string? after = null;
            do
            {
                var (status, page) = await cluster.AskAsync(
                    one, "counts", after is null ? new { limit } : new { limit, after });
                Assert.Equal(HttpStatusCode.OK, status);
                var entries = Entries(page);
                Assert.InRange(entries.Count, 0, limit);
                keys.AddRange(entries.Select(e => e.GetProperty("key").GetString()!));
                after = page.GetProperty("next").GetString();
            }
            while (after is not null);
            Assert.Equal(Enumerable.Range(0, Keys).Select(k => $"k{k:00}"), keys.Order());
        }
    }

    [Fact]
    public async Task An_owner_that_is_gone_or_silent_is_told_as_such()
    {
        await using var cluster = await HttpCluster.StartAsync(Partitions);
        cluster.Produce(Records());
        var one = await cluster.AddAsync(Everything(), "one", forwardTimeout: TimeSpan.FromMilliseconds(300));
        var two = await cluster.AddAsync(Everything(), "two");
        await cluster.SettleAsync("counts", Partitions);
        var elsewhere = new List<string>();
        foreach (var key in Enumerable.Range(0, Keys).Select(k => $"k{k:00}"))
        {
            if ((await cluster.AskAsync(one, "counts", new { key }, suffix: "?forward=false")).Status == HttpStatusCode.MisdirectedRequest)
                elsewhere.Add(key);
        }

        await two.Server.DisposeAsync(); // the instance goes on, so its partitions stay there
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await cluster.AskAsync(one, "counts", new { key = elsewhere[0] })).Status);
        using (var silent = new System.Net.Sockets.TcpListener(IPEndPoint.Parse(two.Address)))
        {
            silent.Start();
            Assert.Equal(HttpStatusCode.GatewayTimeout, (await cluster.AskAsync(one, "counts", new { key = elsewhere[0] })).Status);
        }

        await two.Streams.DisposeAsync();
        await Eventually.Holds(() => HttpCluster.Active(one, "counts") == Partitions);
        Assert.Equal(HttpStatusCode.OK, (await cluster.AskAsync(one, "counts", new { key = elsewhere[0] })).Status);
        await one.Streams.DisposeAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await cluster.AskAsync(one, "counts", new { key = "k01" })).Status);
    }

    [Fact]
    public async Task Standbys_answer_where_stale_answers_are_welcome()
    {
        await using var cluster = await HttpCluster.StartAsync(Partitions);
        cluster.Produce(Records());
        var one = await cluster.AddAsync(Everything(), "one", standbys: 1, forwardTimeout: TimeSpan.FromSeconds(1));
        var two = await cluster.AddAsync(Everything(), "two", standbys: 1);
        await cluster.SettleAsync("counts", Partitions);
        await Eventually.Holds(() => HasAll(one) && HasAll(two));

        var stale = 0;
        foreach (var key in Enumerable.Range(0, Keys).Select(k => $"k{k:00}"))
        {
            var (status, answer) = await cluster.AskAsync(two, "counts", new { key, stale = true }, suffix: "?forward=false");
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal(2, answer.GetProperty("value").GetInt32());
            if (answer.GetProperty("active").GetBoolean())
                continue;
            stale++;
            Assert.InRange(answer.GetProperty("lag").GetInt64(), 0, 1);
            Assert.Equal(
                HttpStatusCode.MisdirectedRequest, (await cluster.AskAsync(two, "counts", new { key }, suffix: "?forward=false")).Status);
            var bound = new Dictionary<string, long> { [$"in-{answer.GetProperty("partition").GetInt32()}"] = 0 };
            Assert.Equal(
                HttpStatusCode.Conflict,
                (await cluster.AskAsync(two, "counts", new { key, stale = true, atLeast = bound }, suffix: "?forward=false")).Status);
        }

        Assert.InRange(stale, 1, Keys - 1);

        // The owner's server is gone, and its standby here answers instead, where that is welcome.
        await two.Server.DisposeAsync();
        foreach (var key in Enumerable.Range(0, Keys).Select(k => $"k{k:00}"))
            Assert.Equal(HttpStatusCode.OK, (await cluster.AskAsync(one, "counts", new { key, stale = true })).Status);
    }

    [Fact]
    public async Task Stores_and_hosts_are_listed()
    {
        await using var cluster = await HttpCluster.StartAsync(Partitions);
        var one = await cluster.AddAsync(Everything(), "one", token: null);
        await cluster.SettleAsync("counts", Partitions);
        using var response = await cluster.Client.GetAsync(new Uri(one.Server.Address, "/queries"));
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        var counts = body.GetProperty("stores").EnumerateArray().Single(s => s.GetProperty("name").GetString() == "counts");
        Assert.Equal("timestamped-key-value", counts.GetProperty("kind").GetString());
        Assert.Equal("String", counts.GetProperty("keyType").GetString());
        Assert.Equal("Int64", counts.GetProperty("valueType").GetString());
        Assert.Equal(Partitions, counts.GetProperty("local").GetArrayLength());
        Assert.Equal(one.Address, body.GetProperty("hosts")[0].GetProperty("host").GetString());
    }

    [Fact]
    public async Task A_server_that_others_can_reach_needs_a_token()
    {
        var streams = new KafkaStreams(Everything(), new StreamsConfig { ApplicationId = "app", BootstrapServers = "127.0.0.1:1" });
        var open = new InstanceServerOptions { Listen = new IPEndPoint(IPAddress.Any, 0) };
        await Assert.ThrowsAsync<ArgumentException>(() => InstanceServer.StartAsync(streams, "", open));
        await Assert.ThrowsAsync<ArgumentException>(() => InstanceServer.StartAsync(streams, "", open with { Token = "short" }));
        await using var closed = await InstanceServer.StartAsync(streams, "", open with { Token = HttpCluster.Token });
        await streams.DisposeAsync();
    }

    /// <summary>Each value is the second of its record; key k comes at the seconds k and k + 40.</summary>
    private static IEnumerable<(string Key, string Value)> Records() =>
        Enumerable.Range(0, 2 * Keys).Select(i => ($"k{i % Keys:00}", $"{i}"));

    /// <summary>Whether the instance's tasks and standbys hold all of the store; a marker may be the last thing in a changelog.</summary>
    private static bool HasAll(HttpCluster.Instance instance) =>
        instance.Streams.AllLocalStorePartitionLags().TryGetValue("counts", out var lags)
        && lags.Count == Partitions
        && lags.Values.All(l => l.EndOffsetPosition > 0 && l.OffsetLag <= 1);

    private static List<JsonElement> Entries(JsonElement page) => [.. page.GetProperty("entries").EnumerateArray()];

    private static long Position(HttpCluster.Instance instance) =>
        instance.Streams.Query(StateQueryRequest.InStore("counts").WithQuery(new KeyQuery<string, long?>("k")))
            .Position.Offsets.Values.Sum();

    private static Topology Everything()
    {
        var builder = new StreamsBuilder();
        var stream = builder.Stream("in", new Consumed<string, string>
        {
            TimestampExtractor = (in r, _, _) => long.Parse(r.Value, CultureInfo.InvariantCulture) * 1000,
        });
        var grouped = stream.GroupByKey();
        grouped.Count(Materialized.As("counts"));
        grouped.WindowedBy(TimeWindows.OfSizeAndGrace(TimeSpan.FromSeconds(10), TimeSpan.FromDays(1))).Count(Materialized.As("windows"));
        grouped.WindowedBy(SessionWindows.OfInactivityGapAndGrace(TimeSpan.FromSeconds(10), TimeSpan.FromDays(1))).Count(Materialized.As("sessions"));
        stream.ToTable(Materialized.As(Stores.PersistentVersionedKeyValueStore("versions", TimeSpan.FromDays(1))));
        return builder.Build();
    }
}

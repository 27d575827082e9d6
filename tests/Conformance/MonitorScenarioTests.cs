using System.Globalization;
using System.Net;
using System.Text.Json;
using Confluent.Kafka;
using MedStreams.Monitoring;
using MedStreams.Streams;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Conformance.Tests;

/// <summary>
/// Groups that do what groups do, watched by Debian's Burrow and by the monitor: after each step both say the same of each group and partition, but where Burrow is
/// wrong, which is named.
/// </summary>
public sealed class MonitorScenarioTests(TestBroker broker) : IClassFixture<TestBroker>, IAsyncDisposable
{
    private const int Rounds = 12;
    private static readonly HttpClient Http = new();

    /// <summary>Groups of which Burrow 1.2.1 says something else, and why.</summary>
    private static readonly Dictionary<string, string> Faults = new(StringComparer.Ordinal)
    {
        ["rewound-from-the-end"] = "it forgives a step back where the lag was 0 before it; 1.9 does not",
        ["transactions"] = "it counts the marker of a transaction as a record that waits",
        ["deleted"] = "it does not look at deletions",
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("medstreams-scenario-").FullName;
    private long _end;

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Every_status_is_Burrows_in_every_window()
    {
        Assert.SkipWhen(Burrow.Missing is not null, $"not run: {Burrow.Missing}");
        await broker.CreateTopicsAsync(["work", "still", "tx"], 1);
        Write("still", 20);
        WriteTransaction();
        Commit("idle", "still", 20);
        Commit("transactions", "tx", 3);
        Commit("deleted", "still", 20);
        await using var burrow = await Burrow.StartAsync(broker.Servers);
        await using var monitor = await StartAsync();
        var runner = await RunAsync();

        for (var round = 0; round < Rounds; round++)
        {
            Write("work", 10);
            await Eventually.Holds(async () => await EndAsync(burrow.Address) == _end && await EndAsync(monitor.Address) == _end); // so that both see the same lag of a commit
            foreach (var (group, offset) in Script(round))
                Commit(group, "work", offset);
            if (round == 4)
                await PythonAsync();
            await AreEqualAsync(burrow, monitor, [.. Script(Rounds).Select(s => s.Group).Where(g => !Faults.ContainsKey(g)), "idle"]);
        }

        var expected = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["runs"] = "OK",
            ["slows-down"] = "WARN",
            ["catches-up"] = "OK",
            ["stalls"] = "ERR",
            ["rewound"] = "ERR",
            ["stops"] = "ERR",
            ["idle"] = "OK",
        };
        foreach (var (group, status) in expected)
            await Eventually.Holds(async () => (await AskAsync(monitor.Address, group)).Status == status, text: $"{group} is {status}");
        Assert.Equal(
            ["OK", "WARN", "OK", "STALL", "REWIND", "STOP"],
            await Task.WhenAll(((string[])["runs", "slows-down", "catches-up", "stalls", "rewound", "stops"]).Select(async g => (await AskAsync(monitor.Address, g)).Partitions.Single().Status)));

        // Members go: of a stopped runner and a python consumer that has left nobody reads what comes.
        await runner.CloseAsync();
        await runner.DisposeAsync();
        Write("work", 10);
        foreach (var group in (string[])["app", "python"])
        {
            await Eventually.Holds(async () => (await AskAsync(monitor.Address, group)).Status == "ERR" && (await AskAsync(burrow.Address, group)).Status == "ERR", text: group);
            await AreEqualAsync(burrow, monitor, [group]);
        }

        // What Burrow has wrong.
        using (var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.Servers }).Build())
            await admin.DeleteGroupsAsync(["deleted"]);
        await Eventually.Holds(async () => (await AskAsync(monitor.Address, "deleted")).Status == "NOTFOUND");
        await Eventually.Holds(async () => (await AskAsync(monitor.Address, "transactions")).Partitions.Single() is { Status: "OK", Lag: 0 });
        Assert.Equal("REWIND", (await AskAsync(monitor.Address, "rewound-from-the-end")).Partitions.Single().Status);
        Assert.Equal(
            [("deleted", "OK", 0), ("rewound-from-the-end", "OK", _end - 1), ("transactions", "STOP", 1)],
            await Task.WhenAll(Faults.Keys.Order(StringComparer.Ordinal).Select(async g => (g, (await AskAsync(burrow.Address, g)).Partitions.Single().Status, (await AskAsync(burrow.Address, g)).Partitions.Single().Lag))));
    }

    /// <summary>What groups commit in a round, after ten more records were written.</summary>
    private IEnumerable<(string Group, long Offset)> Script(int round)
    {
        yield return ("runs", _end);
        yield return ("slows-down", round * 2);
        yield return ("catches-up", Math.Max(0, _end - (2 * (Rounds - round))));
        yield return ("stalls", 5);
        yield return ("rewound", round < Rounds - 3 ? 5 + round : 2);
        yield return ("rewound-from-the-end", round < Rounds - 1 ? _end : 1);
        if (round is < 4 or Rounds)
            yield return ("stops", 3 + round);
    }

    private static async Task AreEqualAsync(Burrow burrow, MonitorServer monitor, string[] groups)
    {
        foreach (var group in groups)
        {
            var (theirs, ours) = (Answer.None, Answer.None);
            try
            {
                await Eventually.Holds(async () =>
                {
                    (theirs, ours) = (await AskAsync(burrow.Address, group), await AskAsync(monitor.Address, group));
                    return theirs.Status != "NOTFOUND" && theirs.Status == ours.Status && theirs.Partitions.SequenceEqual(ours.Partitions);
                });
            }
            catch (TimeoutException)
            {
                Assert.Fail($"{group}: Burrow says {theirs.Status} {string.Join(' ', theirs.Partitions)}, the monitor {ours.Status} {string.Join(' ', ours.Partitions)}");
            }
        }
    }

    private static async Task<long> EndAsync(Uri server)
    {
        using var answer = JsonDocument.Parse(await Http.GetStringAsync(new Uri(server, "/v3/kafka/local/topic/work")));
        return answer.RootElement.GetProperty("offsets")[0].GetInt64();
    }

    private static async Task<Answer> AskAsync(Uri server, string group)
    {
        using var response = await Http.GetAsync(new Uri(server, $"/v3/kafka/local/consumer/{Uri.EscapeDataString(group)}/lag"));
        var status = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("status");
        return new Answer(status.GetProperty("status").GetString()!, [.. status.GetProperty("partitions").EnumerateArray().Select(Partition.Of).OrderBy(p => p.Name, StringComparer.Ordinal)]);
    }

    private Task<MonitorServer> StartAsync() => MonitorServer.StartAsync(
        new MonitorServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Clusters = [MonitorShapeTests.Cluster(broker.Servers)] },
        TimeProvider.System,
        NullLoggerFactory.Instance);

    private async Task<KafkaStreams> RunAsync()
    {
        var builder = new StreamsBuilder();
        builder.Stream<string, string>("work").ForEach((_, _) => { });
        var streams = new KafkaStreams(builder.Build(), new StreamsConfig
        {
            ApplicationId = "app",
            BootstrapServers = broker.Servers,
            StateDir = _folder,
            ProcessingGuarantee = ProcessingGuarantee.ExactlyOnceV2,
            CommitInterval = TimeSpan.FromMilliseconds(200),
        });
        await streams.StartAsync();
        return streams;
    }

    /// <summary>A python consumer reads some, commits and leaves.</summary>
    private async Task PythonAsync()
    {
        ClientSet.Require("kafka-python");
        await broker.Clients.Agent("kafka-python").RelayAsync("python", "work", 7);
    }

    private void Write(string topic, int count)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = broker.Servers }).Build();
        for (var i = 0; i < count; i++)
            producer.Produce(topic, new Message<string, string> { Key = "k", Value = "v" });
        producer.Flush(TimeSpan.FromSeconds(10));
        if (topic == "work")
            _end += count;
    }

    private void WriteTransaction()
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = broker.Servers, TransactionalId = "scenario" }).Build();
        producer.InitTransactions(TimeSpan.FromSeconds(10));
        producer.BeginTransaction();
        for (var i = 0; i < 3; i++)
            producer.Produce("tx", new Message<string, string> { Key = "k", Value = "v" });
        producer.CommitTransaction(TimeSpan.FromSeconds(10));
    }

    private void Commit(string group, string topic, long offset)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = broker.Servers, GroupId = group }).Build();
        consumer.Commit([new TopicPartitionOffset(topic, 0, offset)]);
    }

    private sealed record Answer(string Status, Partition[] Partitions)
    {
        public static Answer None { get; } = new("NOTFOUND", []);
    }

    private sealed record Partition(string Name, string Status, long Lag, double Complete, string Start, string End)
    {
        public static Partition Of(JsonElement one) => new(
            $"{one.GetProperty("topic")}-{one.GetProperty("partition")}", one.GetProperty("status").GetString()!, one.GetProperty("current_lag").GetInt64(),
            Math.Round(one.GetProperty("complete").GetDouble(), 3), Commit(one.GetProperty("start")), Commit(one.GetProperty("end")));

        private static string Commit(JsonElement commit) => commit.ValueKind == JsonValueKind.Null
            ? ""
            : string.Create(CultureInfo.InvariantCulture, $"{commit.GetProperty("offset").GetInt64()}@{commit.GetProperty("timestamp").GetInt64()}");
    }
}

using System.Net;
using System.Text.Json;
using Confluent.Kafka;
using MedStreams.Monitoring;
using MedStreams.Monitoring.Lag;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Conformance.Tests;

/// <summary>The monitor and Burrow are asked the same questions about the same broker; status, kind and shape of the answers are equal.</summary>
public sealed class MonitorShapeTests(TestBroker broker) : IClassFixture<TestBroker>
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    /// <summary>
    /// What of a shape Debian's Burrow has not: it is 1.2.1, and <c>observedAt</c> came with 1.3.4.
    /// </summary>
    private static readonly string[] Younger = ["observedAt"];

    [Fact]
    public async Task Answers_have_the_shape_of_Burrows()
    {
        Assert.SkipWhen(Burrow.Missing is not null, $"not run: {Burrow.Missing}");
        await broker.CreateTopicsAsync(["orders", "results"], 2);
        Write("orders", 0, 50);
        Commit("lagging", ("orders", 0, 10), ("orders", 1, 0));
        Commit("whole", ("orders", 0, 49), ("results", 0, 0)); // of several with the largest lag Burrow names any
        Commit("one of two", ("orders", 1, 0));
        await using var burrow = await Burrow.StartAsync(broker.Servers);
        await using var monitor = await StartAsync();
        await Eventually.Holds(async () => await SeesAsync(burrow.Address) && await SeesAsync(monitor.Address));

        foreach (var (method, path) in Questions())
        {
            var (theirs, ours) = (await AskAsync(burrow.Address, method, path), await AskAsync(monitor.Address, method, path));
            Assert.Equal((path, theirs.Status, theirs.Type), (path, ours.Status, ours.Type));
            if (theirs.Body.StartsWith('{'))
                Compare(path, JsonDocument.Parse(theirs.Body).RootElement, JsonDocument.Parse(ours.Body).RootElement);
            else
                Assert.Equal(theirs.Body, ours.Body);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await AskAsync(monitor.Address, "GET", "/v3/kafka/local/consumer/whole")).Status);
    }

    private static IEnumerable<(string Method, string Path)> Questions()
    {
        string[] places =
        [
            "/burrow/admin", "/v3/kafka", "/v3/kafka/local", "/v3/kafka/nowhere", "/v3/config/cluster/local", "/v3/kafka/local/topic", "/v3/kafka/nowhere/topic",
            "/v3/kafka/local/topic/orders", "/v3/kafka/local/topic/results", "/v3/kafka/local/topic/none", "/v3/kafka/nowhere/topic/orders",
            "/v3/kafka/local/topic/orders/consumers", "/v3/kafka/local/topic/none/consumers", "/v3/kafka/nowhere/topic/orders/consumers",
            "/v3/kafka/local/consumer", "/v3/kafka/nowhere/consumer", "/v3/kafka/local/consumer/lagging", "/v3/kafka/local/consumer/whole",
            "/v3/kafka/local/consumer/none", "/v3/kafka/nowhere/consumer/lagging", "/v3/kafka/local/consumer/lagging/status",
            "/v3/kafka/local/consumer/lagging/lag", "/v3/kafka/local/consumer/whole/status", "/v3/kafka/local/consumer/whole/lag",
            "/v3/kafka/local/consumer/none/status", "/v3/kafka/local/consumer/none/lag", "/v3/kafka/nowhere/consumer/lagging/lag",
            "/v3/kafka/local/consumer/lagging/lags", "/v3/kafka/local/consumers", "/v4/kafka", "/",
        ];
        return places.Select(path => ("GET", path))
            .Append(("DELETE", "/v3/kafka/local/consumer/none"))
            .Append(("DELETE", "/v3/kafka/nowhere/consumer/none"))
            .Append(("DELETE", "/v3/kafka/local/consumer/whole"))
            .Append(("GET", "/v3/kafka/local/consumer/whole"))
            .Append(("POST", "/v3/kafka/local"))
            .Append(("DELETE", "/v3/kafka"));
    }

    private static void Compare(string place, JsonElement theirs, JsonElement ours)
    {
        Assert.True(KindOf(theirs) == KindOf(ours), $"{place}: Burrow has {theirs.ValueKind}, the monitor {ours.ValueKind}");
        if (theirs.ValueKind == JsonValueKind.Object)
        {
            string[] names = [.. theirs.EnumerateObject().Select(p => p.Name)];
            Assert.Equal((place, string.Join(',', names.Order())), (place, string.Join(',', ours.EnumerateObject().Select(p => p.Name).Except(Younger).Order())));
            foreach (var name in names)
                Compare($"{place} {name}", theirs.GetProperty(name), ours.GetProperty(name));
        }
        else if (theirs.ValueKind == JsonValueKind.Array)
        {
            var (one, other) = (Ordered(theirs), Ordered(ours));
            Assert.True(one.Count == other.Count, $"{place}: Burrow has {one.Count}, the monitor {other.Count}");
            foreach (var (i, pair) in one.Zip(other).Index())
                Compare($"{place}[{i}]", pair.First, pair.Second);
        }
        else if (!IsOfTheMonitor(place))
        {
            Assert.Equal((place, theirs.ToString()), (place, ours.ToString()));
        }
    }

    /// <summary>Lists of names and partitions come in an order of chance from Burrow.</summary>
    private static List<JsonElement> Ordered(JsonElement list) =>
        [.. list.EnumerateArray().OrderBy(e => e.ValueKind switch
        {
            JsonValueKind.String => e.GetString(),
            JsonValueKind.Object when e.TryGetProperty("topic", out var topic) => $"{topic} {e.GetProperty("partition")}",
            _ => "",
        }, StringComparer.Ordinal)];

    private static JsonValueKind KindOf(JsonElement element) => element.ValueKind == JsonValueKind.False ? JsonValueKind.True : element.ValueKind;

    /// <summary>Values that are names of the programs' own configuration.</summary>
    private static bool IsOfTheMonitor(string place) =>
        place.EndsWith(" name", StringComparison.Ordinal) || place.EndsWith("client-id", StringComparison.Ordinal) || place.EndsWith("kafka-version", StringComparison.Ordinal);

    private static async Task<(HttpStatusCode Status, string? Type, string Body)> AskAsync(Uri server, string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(server, path));
        using var response = await Http.SendAsync(request);
        return (response.StatusCode, response.Content.Headers.ContentType?.ToString(), await response.Content.ReadAsStringAsync());
    }

    private static async Task<bool> SeesAsync(Uri server)
    {
        var answers = await Task.WhenAll(
            ((string[])["lagging", "whole", "one of two"]).Select(g => AskAsync(server, "GET", $"/v3/kafka/local/consumer/{Uri.EscapeDataString(g)}/lag")));
        return answers.Count(a => a.Status == HttpStatusCode.OK && a.Body.Contains("\"end\":{", StringComparison.Ordinal)) >= 2
            && answers[0].Body.Contains("\"totallag\":40", StringComparison.Ordinal);
    }

    /// <summary>The broker as a cluster to watch.</summary>
    internal static MonitoredCluster Cluster(string servers) => new()
    {
        Name = "local",
        Servers = [servers],
        Connect = config =>
        {
            config.BootstrapServers = servers;
            return new ConsumerBuilder<byte[]?, byte[]?>(config).Build();
        },
        Admin = () => new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build(),
        OffsetRefresh = TimeSpan.FromSeconds(1),
        TopicRefresh = TimeSpan.FromSeconds(1),
    };

    private Task<MonitorServer> StartAsync() => MonitorServer.StartAsync(
        new MonitorServerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Clusters = [Cluster(broker.Servers)] },
        TimeProvider.System,
        NullLoggerFactory.Instance);

    private void Write(string topic, int partition, int count)
    {
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = broker.Servers }).Build();
        for (var i = 0; i < count; i++)
            producer.Produce(new TopicPartition(topic, partition), new Message<Null, string> { Value = "v" });
        producer.Flush(TimeSpan.FromSeconds(10));
    }

    private void Commit(string group, params (string Topic, int Partition, long Offset)[] offsets)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = broker.Servers, GroupId = group }).Build();
        consumer.Commit(offsets.Select(o => new TopicPartitionOffset(o.Topic, o.Partition, o.Offset)));
    }
}

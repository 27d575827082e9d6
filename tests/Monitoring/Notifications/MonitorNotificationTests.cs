using System.Net;
using System.Text.Json;
using Confluent.Kafka;
using MedStreams.Monitoring.Notifications;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Monitoring.Tests.Notifications;

/// <summary>From a group that stands still to a message.</summary>
public sealed class MonitorNotificationTests
{
    [Fact]
    public async Task Groups_that_stand_still_are_told_in_one_message_and_again_when_they_do_well()
    {
        await using var cluster = await HttpCluster.StartAsync(1);
        cluster.Produce(Enumerable.Range(0, 10).Select(i => ($"{i}", "v")));
        string[] groups = [.. Enumerable.Range(0, 20).Select(i => $"g{i}")];
        foreach (var group in groups.Append("fine"))
        {
            for (var i = 0; i < 2; i++)
                Commit(cluster, group, group == "fine" ? 10 : 3);
        }

        var port = HttpCluster.FreePort();
        await using var http = await HttpReceiver.StartAsync(port);
        await using var monitor = await MonitorServer.StartAsync(
            new MonitorServerOptions
            {
                Listen = new IPEndPoint(IPAddress.Loopback, 0),
                Clusters = [Clusters.Of(cluster.BootstrapServers)],
                Notifications = new NotificationOptions
                {
                    HoldFor = TimeSpan.FromSeconds(1),
                    Receivers =
                    [
                        new WebhookReceiver(
                            new Uri($"http://127.0.0.1:{port}/"), HttpMethod.Post, new NotificationTemplate(NotificationTemplate.DefaultJson, isJson: true), "application/json",
                            new Dictionary<string, string>()),
                    ],
                },
            },
            TimeProvider.System,
            NullLoggerFactory.Instance);

        await Eventually.Holds(() => Told(http, "opened").Count == groups.Length);
        Assert.Equal(groups.Order(StringComparer.Ordinal), Told(http, "opened").Order(StringComparer.Ordinal));
        Assert.InRange(http.Taken.Count, 1, 3); // no storm

        Commit(cluster, "g3", 10);
        await Eventually.Holds(() => Told(http, "closed").SequenceEqual(["g3"]));
    }

    private static List<string> Told(HttpReceiver http, string kind) =>
    [
        .. http.Taken.SelectMany(t => JsonDocument.Parse(t.Body).RootElement.GetProperty("events").EnumerateArray())
            .Where(e => e.GetProperty("event").GetString() == kind).Select(e => e.GetProperty("group").GetString()!),
    ];

    private static void Commit(HttpCluster cluster, string group, long offset)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig { BootstrapServers = cluster.BootstrapServers, GroupId = group }).Build();
        consumer.Commit([new TopicPartitionOffset("in", 0, offset)]);
    }
}

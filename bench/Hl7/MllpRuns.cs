using System.Diagnostics;
using System.Globalization;
using System.Net;
using MedStreams.Bench.Support;
using MedStreams.Hl7.Mllp;
using MedStreams.Sources.Mllp;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.Hl7.Bench;

/// <summary>Messages over MLLP into a topic, each acknowledged when it is committed, beside a bare producer of the same messages.</summary>
internal sealed class MllpRuns(BenchOptions options, Report report, Cluster cluster, HospitalMessages messages)
{
    private const string Bench = "Hl7";
    private const int Partitions = 4;
    private int _run;

    public async Task RunAsync()
    {
        foreach (var senders in options.Full ? new[] { 1, 10, 100, 500 } : [1, 100])
        {
            var (bare, mllp) = (new List<double>(), new List<double>());
            for (var round = 0; round < (options.Repeat ?? 3); round++)
            {
                bare.Add(await BareAsync(senders));
                mllp.Add(await MllpAsync(senders));
            }

            report.Add(new(
                Bench, $"H3 MLLP to topic, acknowledged, {senders} sender{(senders == 1 ? "" : "s")}",
                Statistics.Median(mllp), "messages/s", Statistics.Median(bare)));
        }
    }

    /// <summary>As many messages under way as there are senders, each acknowledged by all replicas and synced, without transactions.</summary>
    private async Task<double> BareAsync(int senders)
    {
        var topic = await cluster.CreateTopicAsync("bare", Partitions);
        using var producer = Clients.Producer(cluster.Settings(("acks", "all"), ("enable.idempotence", "true"), ("linger.ms", "0")));
        var rate = await RateAsync(senders, async (sender, i) =>
            await producer.ProduceAsync(topic.Name, new() { Key = BitConverter.GetBytes(sender), Value = messages.All[i % messages.All.Count] }));
        await cluster.DeleteTopicsAsync(topic);
        return rate;
    }

    private async Task<double> MllpAsync(int senders)
    {
        var (topic, letters) = (await cluster.CreateTopicAsync("inbound", Partitions), await cluster.CreateTopicAsync("letters", 1));
        await using var source = await MllpSource.StartAsync(
            new()
            {
                Kafka = cluster.Settings(),
                InstanceId = cluster.Unique("source"),
                Topic = topic.Name,
                DeadLetterTopic = letters.Name,
                Server = new() { EndPoint = new(IPAddress.Loopback, 0) },
            },
            NullLoggerFactory.Instance,
            CancellationToken.None);
        var clients = Enumerable.Range(0, senders).Select(_ => new MllpClient(new() { Host = "127.0.0.1", Port = source.EndPoint.Port })).ToList();
        var run = _run++;
        var rate = await RateAsync(senders, async (sender, i) =>
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"{run}-{sender}-{i}");
            var message = Hl7Message.Parse(messages.All[i % messages.All.Count]).Edit()
                .Set("MSH-3", $"S{sender}").Set("MSH-10", id).SetRaw("MSH-15", string.Empty).SetRaw("MSH-16", string.Empty).ToMessage();
            if (!(await clients[sender].SendAsync(message)).IsAccepted)
                throw new BenchException("A message was refused.");
        });
        foreach (var client in clients)
            await client.DisposeAsync();
        await cluster.DeleteTopicsAsync(topic, letters);
        return rate;
    }

    private async Task<double> RateAsync(int senders, Func<int, int, Task> send)
    {
        var seconds = TimeSpan.FromSeconds(options.Seconds ?? 3);
        long done = 0;
        var start = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, senders).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; Stopwatch.GetElapsedTime(start) < seconds; i++)
            {
                await send(sender, i);
                Interlocked.Increment(ref done);
            }
        })));
        return done / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}

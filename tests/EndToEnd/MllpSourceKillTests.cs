using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Cli.Demo;
using MedStreams.Hl7;
using MedStreams.Hl7.Mllp;
using MedStreams.Sources.Mllp;
using MedStreams.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedStreams.EndToEnd.Tests;

/// <summary>
/// Messages over MLLP from senders of ours and one of somebody else's, while the broker is killed again and again and the
/// source twice: every acknowledged message is in the topic exactly once. 20,000 of them; with <c>MEDSTREAMS_LARGE=1</c> 50,000.
/// </summary>
public sealed class MllpSourceKillTests
{
    private const int Senders = 50;
    private const int ForeignMessages = 500;
    private const int Kills = 6;
    private static readonly int MessagesOfASender = Environment.GetEnvironmentVariable("MEDSTREAMS_LARGE") == "1" ? 990 : 390;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_acknowledged_message_is_in_the_topic_once_whatever_was_killed()
    {
        NamedBroker.SkipIfAny("kills its broker");
        var folder = Directory.CreateTempSubdirectory("medstreams-mllp-kills-");
        using (var broker = await PrivateBroker.StartAsync(folder.FullName, Stop))
        {
            await CreateTopicsAsync(broker);
            var options = new MllpSourceOptions
            {
                Kafka = new Dictionary<string, string> { ["bootstrap.servers"] = broker.BootstrapServers },
                InstanceId = "kills",
                Server = new() { EndPoint = new(IPAddress.Loopback, MedStreams.Local.LocalPorts.Next()) },
            };
            var source = await MllpSource.StartAsync(options, NullLoggerFactory.Instance, Stop);
            var acknowledged = new ConcurrentDictionary<string, byte>();
            var sending = Enumerable.Range(0, Senders).Select(s => SendAsync(s, options.Server.EndPoint, acknowledged)).ToList();
            var foreign = ForeignAsync(options.Server.EndPoint.Port);

            for (var kill = 1; kill <= Kills; kill++)
            {
                var due = kill * Senders * MessagesOfASender / (Kills + 1);
                await Eventually.Holds(() => acknowledged.Count >= due, TimeSpan.FromMinutes(2));
                broker.Kill();
                if (kill % 3 == 0)
                {
                    await source.DisposeAsync();
                    await broker.StartAgainAsync(Stop);
                    source = await MllpSource.StartAsync(options, NullLoggerFactory.Instance, Stop);
                }
                else
                {
                    await broker.StartAgainAsync(Stop);
                }
            }

            await Task.WhenAll(sending);
            var accepted = await foreign;
            await source.DisposeAsync();

            var read = Read(broker, options.Topic);
            Assert.Empty(read.GroupBy(id => id).Where(g => g.Count() > 1).Select(g => g.Key));
            Assert.Equal(ForeignMessages, accepted);
            Assert.Equal(Senders * MessagesOfASender, acknowledged.Count);
            Assert.Empty(acknowledged.Keys.Except(read));
            Assert.Equal((Senders * MessagesOfASender) + ForeignMessages, read.Count);
        }

        folder.Delete(recursive: true);
    }

    /// <summary>Sends its messages one after the other, each until it is acknowledged.</summary>
    private static async Task SendAsync(int sender, IPEndPoint server, ConcurrentDictionary<string, byte> acknowledged)
    {
        await using var client = new MllpClient(new()
        {
            Host = "127.0.0.1",
            Port = server.Port,
            AnswerTimeout = TimeSpan.FromSeconds(1 + (sender % 5)),
        });
        for (var i = 0; i < MessagesOfASender; i++)
        {
            var id = $"{sender}-{i}";
            var message = Hl7Message.Parse(Encoding.UTF8.GetBytes(
                $"MSH|^~\\&|S{sender}|CAMPUS|MS|X|20240101||ADT^A08|{id}|P|2.5\rPID|1||{i}^^^X\r"));
            while (true)
            {
                try
                {
                    if ((await client.SendAsync(message, Stop)).IsAccepted)
                        break;
                }
                catch (Exception e) when (e is IOException or TimeoutException)
                {
                    await Task.Delay(20, Stop);
                }
            }

            acknowledged[id] = 0;
        }
    }

    /// <summary>The same from python3-hl7, which repeats a message over a new connection when it gets no answer.</summary>
    private static async Task<int> ForeignAsync(int port)
    {
        var script = string.Create(CultureInfo.InvariantCulture, $$"""
            import socket, time
            from hl7.client import MLLPClient
            accepted, client = 0, None
            for i in range({{ForeignMessages}}):
                text = 'MSH|^~\\&|PY|CAMPUS|MS|X|20240101||ADT^A08|py-%d|P|2.5\rPID|1||%d^^^X\r' % (i, i)
                while True:
                    try:
                        if client is None:
                            client = MLLPClient('127.0.0.1', {{port}})
                            client.socket.settimeout(2)
                        answer = client.send_message(text)
                        if b'MSA|AA|py-%d' % i in answer:
                            break
                        raise OSError('no answer')
                    except OSError:
                        if client is not None:
                            client.close()
                        client = None
                        time.sleep(0.05)
                accepted += 1
            print(accepted)
            """);
        var start = new ProcessStartInfo("/usr/bin/python3", ["-c", script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(Stop);
        var error = await process.StandardError.ReadToEndAsync(Stop);
        await process.WaitForExitAsync(Stop);
        Assert.True(process.ExitCode == 0, error);
        return int.Parse(output, CultureInfo.InvariantCulture);
    }

    private static async Task CreateTopicsAsync(PrivateBroker broker)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "hl7.inbound", NumPartitions = 4 }, new() { Name = "hl7.inbound.dead-letter" }]);
    }

    private static List<string> Read(PrivateBroker broker, string topic)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]>(new ConsumerConfig
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = "reader",
            EnablePartitionEof = true,
            IsolationLevel = IsolationLevel.ReadCommitted,
        }).Build();
        consumer.Assign(Enumerable.Range(0, 4).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        var (ids, open) = (new List<string>(), 4);
        while (open > 0)
        {
            var result = consumer.Consume(Stop);
            if (result.IsPartitionEOF)
                open--;
            else
                ids.Add(Hl7Message.Parse(result.Message.Value).Get("MSH-10")!);
        }

        return ids;
    }
}

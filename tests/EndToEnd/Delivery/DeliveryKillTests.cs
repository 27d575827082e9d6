using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Cli.Demo;
using MedStreams.Local;
using MedStreams.Topologies.Delivery;
using MedStreams.Topologies.Recommendations;

namespace MedStreams.EndToEnd.Tests.Delivery;

/// <summary>
/// <c>medstreams run delivery</c>, killed again and again, against a receiver of other people's making that drops, delays, refuses and repeats
/// answers, and is killed too.
/// </summary>
public sealed class DeliveryKillTests
{
    private const int Users = 120;
    private const int Kills = 4;
    private const string Python = "/usr/bin/python3";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task S5_6_each_list_reaches_the_EMR_once_and_is_told_once_whatever_is_killed()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/hl7"), "not run: there is no python3-hl7");
        var folder = Directory.CreateTempSubdirectory("medstreams-delivery-");
        var book = Path.Combine(folder.FullName, "book");
        using (var broker = await PrivateBroker.StartAsync(Path.Combine(folder.FullName, "broker"), Stop))
        {
            await CreateTopicsAsync(broker);
            using var emr = new Emr(book);
            await emr.StartAsync(1);
            using var runner = new Runner(folder.FullName, broker, emr.Port);
            runner.Start();
            Send(broker);
            for (var kill = 1; kill <= Kills; kill++)
            {
                var aim = Users * kill / (Kills + 1);
                Assert.True(await Waiting.UntilAsync(() => ValueTask.FromResult(Kept(book).Length >= aim), TimeSpan.FromMinutes(1), Stop), await runner.LogAsync());
                if (kill % 2 == 0)
                    await emr.StartAsync(kill);
                else
                    runner.Start();
            }

            var (told, refused) = (new List<string>(), 0);
            Assert.True(
                await Waiting.UntilAsync(
                    () =>
                    {
                        told = CommittedRecords.Read(broker.BootstrapServers, "emr.deliveries", Stop)
                            .ConvertAll(static value => JsonDocument.Parse(value).RootElement.GetProperty("controlId").GetString()!);
                        refused = CommittedRecords.Read(broker.BootstrapServers, "emr.deliveries.dead-letter", Stop).Count;
                        return ValueTask.FromResult(told.Count + refused >= 2 * Users);
                    },
                    TimeSpan.FromMinutes(2),
                    Stop),
                $"{told.Count} delivered, {refused} refused\n{await runner.LogAsync()}");

            var kept = Kept(book);
            Assert.Equal(kept.Select(static line => line.Split(' ')[0]).Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
            Assert.Equal(2 * Users / 10, refused);
            // What a user's lists say, in their order, and each once.
            foreach (var user in Enumerable.Range(0, Users).Where(static user => user % 10 != 7))
            {
                Assert.Equal(
                    [$"P{user} I{user},I{user + 1}", $"P{user} I{user},K"],
                    kept.Select(static line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]).Where(line => line.StartsWith($"P{user} ", StringComparison.Ordinal)));
            }
        }

        folder.Delete(recursive: true);
    }

    private static string[] Kept(string book) => File.Exists(book) ? File.ReadAllLines(book) : [];

    private static void Send(PrivateBroker broker)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = broker.BootstrapServers, EnableIdempotence = true }).Build();
        foreach (var second in new[] { false, true })
        {
            for (var user = 0; user < Users; user++)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"P{user}");
                var list = new RecommendationList(
                    id, [new($"I{user}", 4.5, 3), new(second ? "K" : $"I{user + 1}", 4, 2)], 1_900_000_000_000 + user, "cosine nearest:5", false);
                producer.Produce("recommendations", new() { Key = id, Value = JsonSerializer.SerializeToUtf8Bytes(list, JsonSerializerOptions.Web) });
            }
        }

        producer.Flush(Stop);
    }

    private static async Task CreateTopicsAsync(PrivateBroker broker)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();
        await admin.CreateTopicsAsync(DeliveryTopology.Topics(new()).Append("emr.deliveries.dead-letter").Select(t => new TopicSpecification { Name = t, NumPartitions = 2 }));
    }

    /// <summary>The receiver as a process of its own.</summary>
    private sealed class Emr(string book) : IDisposable
    {
        private Process? _process;

        public int Port { get; } = FreePort();

        /// <summary>Starts it, after killing it where it runs.</summary>
        public async Task StartAsync(int seed)
        {
            Dispose();
            _process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "Delivery", "receiver.py"), $"{Port}", book, $"{seed}"])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
            })!;
            Assert.Equal("ready", await _process.StandardOutput.ReadLineAsync(Stop));
        }

        public void Dispose()
        {
            _process?.Kill();
            _process?.WaitForExit();
            _process?.Dispose();
            _process = null;
        }

        private static int FreePort()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
    }

    /// <summary>The topology as a process of its own.</summary>
    private sealed class Runner(string folder, PrivateBroker broker, int port) : IDisposable
    {
        private readonly string _log = Path.Combine(folder, "runner.log");
        private GuardedProcess? _process;

        public Task<string> LogAsync() => File.ReadAllTextAsync(_log, Stop);

        /// <summary>Starts it, after killing it with signal 9 where it runs.</summary>
        public void Start()
        {
            _process?.Kill();
            _process?.Dispose();
            _process = SelfProcess.Start(
                ["run", "delivery", "--state-dir", Path.Combine(folder, "state")],
                new Dictionary<string, string?>
                {
                    ["MEDSTREAMS__KAFKA__BOOTSTRAPSERVERS"] = broker.BootstrapServers,
                    ["MEDSTREAMS__STREAMS__GROUPINSTANCEID"] = "delivery",
                    ["MEDSTREAMS__EMR__RECEIVER"] = $"127.0.0.1:{port}",
                    ["MEDSTREAMS__EMR__LIMIT"] = "1 s",
                },
                _log);
        }

        public void Dispose() => _process?.Dispose();
    }
}

using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using MedStreams.Broker.Tests.Clients;
using TopicPartition = MedStreams.Broker.Storage.TopicPartition;

namespace MedStreams.Broker.Tests.Kill;

/// <summary>
/// The broker is killed again and again (SIGKILL) under transactions, idempotent producers, a group and readers, and while it
/// recovers. Nothing acknowledged is lost, nothing comes twice, nothing aborted is seen, and no offset goes back.
/// </summary>
/// <remarks>
/// <c>MEDSTREAMS_KILLS</c> says how often (200); <c>MEDSTREAMS_KILL_SEED</c> repeats a run, as far as processes do that. After a
/// failure the folder stays.
/// </remarks>
public sealed class KillTests
{
    private const int Transactional = 3;
    private const int Idempotent = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task No_kill_at_any_moment_loses_doubles_or_shows_what_it_must_not()
    {
        var kills = Setting("MEDSTREAMS_KILLS") ?? 200;
        var seed = Setting("MEDSTREAMS_KILL_SEED") ?? Random.Shared.Next();
        var directory = Directory.CreateTempSubdirectory("medstreams-kill-").FullName;
        try
        {
            TestContext.Current.TestOutputHelper?.WriteLine(await RunAsync(directory, kills, seed));
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"Seed {seed}, {kills} kills; the data is in {directory}: {exception.Message}", exception);
        }

        Directory.Delete(directory, recursive: true);
    }

    private static async Task<string> RunAsync(string directory, int kills, int seed)
    {
        var random = new Random(seed);
        var ledger = new Ledger();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(Limit);
        await using var broker = new ChildBroker(directory);
        await broker.StartAsync();
        await CreateTopicsAsync(broker.BootstrapServers);

        var ending = false;
        var transactional = Enumerable.Range(0, Transactional)
            .Select(i => new TransactionalClient(i, broker.Port, ledger, random.Next(), stop.Token) { Ending = () => Volatile.Read(ref ending) }).ToList();
        var idempotent = Enumerable.Range(0, Idempotent)
            .Select(i => new IdempotentClient(i, broker.Port, ledger, random.Next(), stop.Token) { Ending = () => Volatile.Read(ref ending) }).ToList();
        var library = new LibrdkafkaClients(broker.BootstrapServers) { Ending = () => Volatile.Read(ref ending) };
        using var watcher = new Watcher(broker.Port, Partitions(), stop.Token) { Ending = () => Volatile.Read(ref ending) };
        Task[] load =
        [
            .. transactional.Select(c => Task.Run(c.RunAsync, stop.Token)),
            .. idempotent.Select(c => Task.Run(c.RunAsync, stop.Token)),
            Task.Run(watcher.RunAsync, stop.Token),
            library.RunAsync(),
        ];
        try
        {
            await KillAsync(broker, ledger, random, kills, load, stop.Token);
        }
        finally
        {
            Volatile.Write(ref ending, true);
        }

        await Task.WhenAll(load);
        transactional.ForEach(c => c.Dispose());
        using var wire = new Wire(broker.Port, stop.Token);
        var verifier = new Verifier(wire, ledger, Transactional);
        await verifier.CheckTransactionsAsync(watcher.Shown);
        for (var i = 0; i < Idempotent; i++)
            await verifier.CheckLogAsync(i, idempotent[i].Sent);
        library.Check();
        await broker.KillAsync();
        var left = DataDirectoryCheck.Run(directory, cancellationToken: stop.Token);
        Assert.True(left.IsSound && !left.WouldLoseRecords, string.Join("; ", left.Partitions.SelectMany(p => p.Faults)));
        return $"seed {seed}: {kills} kills; transactions: {string.Join(", ", ledger.Counts.Select(c => $"{c.Value} {c.Key}"))}; "
            + $"records: {string.Join(", ", ledger.Acknowledged.Values)}; librdkafka: {library.Counts}";
    }

    /// <summary>Most kills come when some work has been done; every fourth while the broker starts.</summary>
    private static async Task KillAsync(
        ChildBroker broker, Ledger ledger, Random random, int kills, Task[] load, CancellationToken stop)
    {
        for (var kill = 0; kill < kills; kill++)
        {
            var work = random.Next(30);
            var until = ledger.Work + work;
            for (var waited = 0; ledger.Work < until && waited < 500; waited++)
                await Task.Delay(1, stop);
            await Task.Delay(random.Next(4), stop);
            await broker.KillAsync();
            if (load.FirstOrDefault(t => t.IsFaulted) is { } failed)
                await failed;
            if (random.Next(4) == 0 && kill + 1 < kills)
            {
                await broker.OpenAsync();
                await Task.Delay(random.Next(100), stop);
                await broker.KillAsync();
                kill++;
            }

            await broker.StartAsync();
        }
    }

    private static IEnumerable<TopicPartition> Partitions() =>
    [
        .. Enumerable.Range(0, Plan.Partitions).Select(p => new TopicPartition(Plan.Out, p)),
        .. Enumerable.Range(0, Idempotent).Select(p => new TopicPartition(Plan.Log, p)),
        new(Plan.Table, 0),
        new(Plan.Short, 0),
        new(LibrdkafkaClients.Topic, 0),
    ];

    private static async Task CreateTopicsAsync(string servers)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = servers }).Build();
        await admin.CreateTopicsAsync(
        [
            Topic(Plan.Out, Plan.Partitions),
            Topic(Plan.Log, Idempotent),
            Topic(Plan.In, 1),
            Topic(LibrdkafkaClients.Topic, 1),
            Topic(
                Plan.Table, 1, ("cleanup.policy", "compact"), ("segment.bytes", "20000"), ("min.cleanable.dirty.ratio", "0.01"),
                ("delete.retention.ms", "0"), ("segment.ms", "500")),
            Topic(Plan.Short, 1, ("segment.bytes", "20000"), ("retention.bytes", "60000"), ("file.delete.delay.ms", "0")),
        ]);
    }

    private static TopicSpecification Topic(string name, int partitions, params (string Name, string Value)[] configs) => new()
    {
        Name = name,
        NumPartitions = partitions,
        ReplicationFactor = 1,
        Configs = configs.ToDictionary(c => c.Name, c => c.Value),
    };

    private static int? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}

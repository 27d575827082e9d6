using System.Collections.Concurrent;
using System.Net;
using Confluent.Kafka.Admin;
using MedStreams.Chaos.Tests.Children;
using MedStreams.Chaos.Tests.Faults;
using MedStreams.Chaos.Tests.Net;
using MedStreams.Chaos.Tests.Work;
using MedStreams.Local;
using MedStreams.Sinks;
using MedStreams.Streams;
using MedStreams.Support;

namespace MedStreams.Chaos.Tests.Stack;

/// <summary>Broker, database and places for three runners, with a proxy on each way between, and what can be done to them.</summary>
internal sealed class ChaosStack : IAsyncDisposable
{
    private const int Places = 3;
    private static readonly TimeSpan BetweenRestarts = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan TendingInterval = TimeSpan.FromMilliseconds(50);
    private readonly ChaosBroker? _broker;
    private readonly string _application;
    private readonly PrivatePostgres? _database;
    private readonly Story _story;
    private readonly SemaphoreSlim _brokerGate = new(1);
    private readonly SemaphoreSlim _databaseGate = new(1);
    private readonly ConcurrentDictionary<FaultyProxy, SemaphoreSlim> _networkGates = new();
    private readonly CancellationToken _stop;

    private ChaosStack(ChaosBroker? broker, PrivatePostgres? database, string application, Story story, CancellationToken stop) =>
        (_broker, _database, _application, _story, _stop) = (broker, database, application, story, stop);

    public string BootstrapServers => _broker?.BootstrapServers ?? NamedBroker.Servers!;

    public IReadOnlyList<RunnerSlot> Slots { get; private set; } = [];

    public long Processed => Slots.Sum(s => s.Processed);

    public static async Task<ChaosStack> StartAsync(
        string folder, ChaosTopics topics, ProcessingGuarantee guarantee, int seed, Surroundings around, Story story, CancellationToken stop)
    {
        var broker = around.OwnsBroker ? await ChaosBroker.StartAsync(folder, stop) : null;
        PrivatePostgres? database = null;
        try
        {
            await CreateTopicsAsync(broker?.BootstrapServers ?? NamedBroker.Servers!, topics);
            if (around.HasDatabase)
            {
                database = await PrivatePostgres.StartAsync(cancellationToken: stop);
                await PostgresQuery.RowsAsync(
                    database.ConnectionString, $"CREATE TABLE {ChaosTopology.Table} (grp text, n bigint)", _ => 0, stop).CountAsync(stop);
            }
        }
        catch
        {
            broker?.Dispose();
            if (database is not null)
                await database.DisposeAsync();
            throw;
        }

        var stack = new ChaosStack(broker, database, topics.Application, story, stop);
        var random = new Random(seed);
        stack.Slots = [.. Enumerable.Range(1, Places).Select(n => stack.MakeSlot(n, folder, topics, guarantee, around, random))];
        foreach (var slot in stack.Slots)
            story.Tell(slot.Describe);
        return stack;
    }

    /// <summary>Does a fault and undoes it.</summary>
    public async Task ApplyAsync(Fault fault)
    {
        _story.Tell(fault.ToString());
        var slot = Slots[Math.Clamp(fault.Slot, 1, Places) - 1];
        await (fault.Kind switch
        {
            FaultKind.KillRunner => RestartAsync(slot, fault, null),
            FaultKind.DieInCommit => RestartAsync(slot, fault, fault),
            FaultKind.StopRunner => StopAndStartAsync(slot, fault.Length),
            FaultKind.PauseRunner or FaultKind.Zombie => PauseAsync(slot, fault),
            FaultKind.KillBroker => WithBrokerAsync(_broker!.Kill, () => _broker!.StartAgainAsync(_stop), fault),
            FaultKind.PauseBroker => WithBrokerAsync(_broker!.Pause, () => Done(_broker!.Resume), fault),
            FaultKind.KillDatabase => WithDatabaseAsync(_database!.KillAsync, () => _database!.StartAgainAsync(_stop), fault),
            FaultKind.PauseDatabase => WithDatabaseAsync(_database!.SuspendAsync, () => Done(_database!.Resume), fault),
            FaultKind.Network => DisturbAsync(slot.Broker!, fault),
            FaultKind.DatabaseNetwork => DisturbAsync(slot.Database!, fault),
            FaultKind.RollingRestart => RollAsync(),
            _ => ScaleAsync(fault.Slot),
        });
        _story.Tell($"  done: {fault}");
    }

    /// <summary>Starts runners again that ended as they should, until it is told to stop.</summary>
    /// <exception cref="InvalidOperationException">Something ended that should not.</exception>
    public async Task TendAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            foreach (var slot in Slots)
            {
                if (!slot.Gate.Wait(0, CancellationToken.None))
                    continue;
                try
                {
                    slot.Tend(_story);
                }
                finally
                {
                    slot.Gate.Release();
                }
            }

            if (_brokerGate.Wait(0, CancellationToken.None))
            {
                _broker?.ThrowIfGone();
                _brokerGate.Release();
            }

            await Task.WhenAny(Task.Delay(TendingInterval, stop));
        }
    }

    /// <summary>From now on there are so many runners, those with the smallest numbers.</summary>
    public async Task ScaleAsync(int count)
    {
        foreach (var slot in Slots)
        {
            await slot.Gate.WaitAsync(_stop);
            if (slot.Number > count)
                await slot.StopAsync(_story);
            else if (!slot.IsWanted)
                slot.Start();
            slot.Gate.Release();
        }
    }

    /// <summary>By group, the numbers in the table; null without a database.</summary>
    public async Task<IReadOnlyDictionary<string, List<long>>?> RowsAsync()
    {
        if (_database is null)
            return null;
        var rows = await PostgresQuery.RowsAsync(
            _database.ConnectionString,
            $"SELECT grp, n FROM {ChaosTopology.Table}",
            row => (Group: row.GetString(0), Number: row.GetInt64(1)),
            _stop).ToListAsync(_stop);
        return rows.GroupBy(r => r.Group, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Select(r => r.Number).ToList(), StringComparer.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var slot in Slots)
            await slot.DisposeAsync();
        if (_broker is null)
            await NamedBroker.CleanAsync(BootstrapServers, _application);
        _broker?.Dispose();
        if (_database is not null)
        {
            _database.Resume();
            await _database.DisposeAsync();
        }

        _brokerGate.Dispose();
        _databaseGate.Dispose();
    }

    private static Task Done(Action action)
    {
        action();
        return Task.CompletedTask;
    }

    private static async Task CreateTopicsAsync(string bootstrapServers, ChaosTopics topics)
    {
        using var admin = new Confluent.Kafka.AdminClientBuilder(
            new Confluent.Kafka.AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        await admin.CreateTopicsAsync(topics.Inputs.Concat(topics.Outputs).Select(
            t => new TopicSpecification { Name = t, NumPartitions = ChaosTopics.Partitions, ReplicationFactor = 1 }));
    }

    private RunnerSlot MakeSlot(
        int number, string folder, ChaosTopics topics, ProcessingGuarantee guarantee, Surroundings around, Random random)
    {
        var broker = around.ProxiesBroker ? new FaultyProxy(IPEndPoint.Parse(BootstrapServers), isKafka: true) : null;
        var database = _database is null ? null : new FaultyProxy(new IPEndPoint(IPAddress.Loopback, _database.Port), isKafka: false);
        var settings = new RunnerSettings
        {
            Application = topics.Application,
            BootstrapServers = BootstrapServers,
            Database = database is null ? null : _database!.ConnectionStringFor(database.Port),
            StateDir = "",
            Guarantee = guarantee,
            Session = around.Session,
        };
        return new RunnerSlot(number, folder, settings, broker, database, random);
    }

    private async Task RestartAsync(RunnerSlot slot, Fault fault, Fault? death)
    {
        await slot.Gate.WaitAsync(_stop);
        if (slot.IsWanted)
        {
            slot.Kill();
            await Task.Delay(fault.Length, _stop);
            slot.Start(death);
        }

        slot.Gate.Release();
    }

    private async Task StopAndStartAsync(RunnerSlot slot, TimeSpan pause)
    {
        await slot.Gate.WaitAsync(_stop);
        if (slot.IsWanted)
        {
            await slot.StopAsync(_story);
            await Task.Delay(pause, _stop);
            slot.Start();
        }

        slot.Gate.Release();
    }

    private async Task PauseAsync(RunnerSlot slot, Fault fault)
    {
        await slot.Gate.WaitAsync(_stop);
        slot.Pause();
        await Task.Delay(fault.Length, _stop);
        slot.Resume();
        slot.Gate.Release();
    }

    private async Task RollAsync()
    {
        foreach (var slot in Slots)
        {
            await StopAndStartAsync(slot, TimeSpan.Zero);
            await Task.Delay(BetweenRestarts, _stop);
        }
    }

    private Task WithBrokerAsync(Action begin, Func<Task> end, Fault fault) => WithAsync(_brokerGate, () => Done(begin), end, fault);

    private Task WithDatabaseAsync(Func<Task> begin, Func<Task> end, Fault fault) => WithAsync(_databaseGate, begin, end, fault);

    private Task DisturbAsync(FaultyProxy proxy, Fault fault) => WithAsync(
        _networkGates.GetOrAdd(proxy, static _ => new(1)), () => Done(() => proxy.Set(fault.Net)), () => Done(() => proxy.Set(NetFault.None)), fault);

    private async Task WithAsync(SemaphoreSlim gate, Func<Task> begin, Func<Task> end, Fault fault)
    {
        await gate.WaitAsync(_stop);
        await begin();
        await Task.Delay(fault.Length, _stop);
        await end();
        gate.Release();
    }
}

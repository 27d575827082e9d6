using System.Globalization;
using System.Runtime.InteropServices;
using MedStreams.Chaos.Tests.Work;
using MedStreams.Streams;
using MedStreams.Streams.Kafka;

namespace MedStreams.Chaos.Tests.Children;

/// <summary>One instance of the application as a process. SIGTERM closes it in order.</summary>
internal static class RunnerProgram
{
    public const string Argument = "run-instance";

    /// <summary>The broker did not answer at the start: whoever started it may do so again.</summary>
    public const int TryAgain = 75;

    private const int Failed = 70;
    private static readonly TimeSpan TellingInterval = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(string json)
    {
        var settings = RunnerSettings.Parse(json);
        using var log = new ConsoleLog();
        var config = Config(settings);
        IKafkaClients clients = new ConfluentClients(config);
        if (settings.Death is not null)
            clients = new DyingClients(clients, settings);
        using var processed = new ProcessedCounter(settings.StateDir);
        var topology = ChaosTopology.Build(settings.Application, settings.Database, processed.Increment);
        await using var streams = new KafkaStreams(topology, config, log, clients);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            ConsoleLog.Line("asked to stop");
            _ = streams.CloseAsync();
        });
        try
        {
            await streams.StartAsync();
        }
        catch (StreamsException e)
        {
            ConsoleLog.Line($"not started: {e}");
            return TryAgain;
        }

        await using var telling = TimeProvider.System.CreateTimer(_ => Tell(streams), null, TellingInterval, TellingInterval);
        try
        {
            await streams.Completion;
            return 0;
        }
        catch (Exception e) when (e is StreamsException or InvalidOperationException)
        {
            ConsoleLog.Line($"died: {e}");
            return Failed;
        }
    }

    /// <summary>Where each task stands, for whoever looks for one that stood still.</summary>
    private static void Tell(KafkaStreams streams) => ConsoleLog.Line(string.Join("; ",
        from thread in streams.MetadataForLocalThreads()
        from task in thread.ActiveTasks
        select $"{task.TaskId}: {string.Join(" ", task.EndOffsets.Select(e => $"{e.Key.Topic[^9..]} {task.CommittedOffsets.GetValueOrDefault(e.Key, -1)}/{e.Value}"))}"));

    private static StreamsConfig Config(RunnerSettings settings) => new()
    {
        ApplicationId = settings.Application,
        BootstrapServers = settings.BootstrapServers,
        StateDir = settings.StateDir,
        ProcessingGuarantee = settings.Guarantee,
        NumStreamThreads = settings.Threads,
        GroupInstanceId = settings.GroupInstance,
        NumStandbyReplicas = 1,
        CommitInterval = TimeSpan.FromMilliseconds(50),
        SessionTimeout = settings.Session,
        StateStoreCacheMaxBytes = 0,
        AcceptableRecoveryLag = 100,
        ProbingRebalanceInterval = TimeSpan.FromSeconds(20),
        TaskTimeout = TimeSpan.FromMinutes(2),
        Topic = new Dictionary<string, string> { ["segment.bytes"] = "200000", ["min.cleanable.dirty.ratio"] = "0.01" },
        MainConsumer = Reconnecting(),
        RestoreConsumer = Reconnecting(),
        Admin = Reconnecting(),
        Producer = settings.Guarantee == ProcessingGuarantee.ExactlyOnceV2
            ? Reconnecting(("transaction.timeout.ms", 12_000), ("message.timeout.ms", 4_000), ("socket.timeout.ms", 4_000))
            : Reconnecting(("message.timeout.ms", 4_000)),
    };

    private static Dictionary<string, string> Reconnecting(params (string Name, int Value)[] more)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["reconnect.backoff.ms"] = "20",
            ["reconnect.backoff.max.ms"] = "300",
            ["socket.timeout.ms"] = "10000",
        };
        foreach (var (name, value) in more)
            settings[name] = value.ToString(CultureInfo.InvariantCulture);
        return settings;
    }
}

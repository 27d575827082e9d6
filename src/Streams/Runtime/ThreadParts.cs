using MedStreams.Streams.Async;
using MedStreams.Streams.Kafka;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.State;
using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>What a stream thread is made of.</summary>
internal sealed record ThreadParts(
    StreamsConfig Config,
    IKafkaClients Clients,
    IStreamAdmin Admin,
    TopologyTopics Topics,
    StateDirectory States,
    MemberIdentity Identity,
    ThreadMetrics Metrics,
    GlobalStores? Globals,
    GroupLog Group,
    TaskPositions Positions,
    ILogger Logger)
{
    /// <summary>Told how stores are restored; null: nobody.</summary>
    public IStateRestoreListener? RestoreListener { get; init; }

    /// <summary>Told how standbys follow; null: nobody.</summary>
    public IStandbyUpdateListener? StandbyListener { get; init; }

    /// <summary>Whether the instance is paused.</summary>
    public PauseSwitch Pause { get; init; } = new();

    /// <summary>Called when the thread starts or stops to be running, and when it ends.</summary>
    public Action Changed { get; init; } = static () => { };

    /// <summary>Says what becomes of the instance when the thread dies of an error.</summary>
    public Func<Exception, UncaughtExceptionVerdict> Judge { get; init; } = static _ => UncaughtExceptionVerdict.ShutdownClient;

    /// <summary>How long calls may keep a commit waiting.</summary>
    public CallLimits CallLimits { get; init; } = new(TimeSpan.Zero, int.MaxValue);

    /// <summary>What the asynchronous nodes of the thread share.</summary>
    public CallRules Calls { get; init; } = new();

    /// <summary>As Kafka Streams names them.</summary>
    public string Name => NameOf(Config, Identity);

    /// <summary>Null where the thread is a dynamic member.</summary>
    public string? GroupInstanceId => Config.GroupInstanceId is { } id ? $"{id}-{Identity.Thread}" : null;

    public string ClientId => Identity.ToClientId(Config.ApplicationId);

    /// <summary>One for each thread, the same after a restart, so that a successor fences what this one left behind.</summary>
    public string TransactionalId => $"{Config.ApplicationId}-{Identity.Instance}-{Identity.Thread}";

    /// <summary>The name of a thread.</summary>
    public static string NameOf(StreamsConfig config, MemberIdentity identity) =>
        $"{config.ApplicationId}-{identity.Instance}-StreamThread-{identity.Thread}";
}

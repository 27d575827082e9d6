using System.Text.Json;
using MedStreams.Streams;

namespace MedStreams.Chaos.Tests.Children;

/// <summary>What a runner is told, as JSON in its only argument.</summary>
internal sealed record RunnerSettings
{
    public required string Application { get; init; }

    public required string BootstrapServers { get; init; }

    /// <summary>Null: without the sink.</summary>
    public string? Database { get; init; }

    public required string StateDir { get; init; }

    public required ProcessingGuarantee Guarantee { get; init; }

    public int Threads { get; init; } = 1;

    /// <summary>Makes it a static member.</summary>
    public string? GroupInstance { get; init; }

    public required TimeSpan Session { get; init; }

    /// <summary>The step of a commit at which the runner kills itself; null: it does not.</summary>
    public DeathStep? Death { get; init; }

    /// <summary>The number of the commit in which it does, from 1.</summary>
    public int DeathCommit { get; init; }

    /// <summary>How long after the step, in microseconds.</summary>
    public int DeathDelay { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this);

    public static RunnerSettings Parse(string json) => JsonSerializer.Deserialize<RunnerSettings>(json)!;
}

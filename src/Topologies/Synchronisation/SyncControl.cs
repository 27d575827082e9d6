namespace MedStreams.Topologies.Synchronisation;

/// <summary>
/// What people want, in the compacted topic of control by its <see cref="Key"/>: the latest word of a key holds, a deletion takes it back. Every shard sees it.
/// </summary>
/// <param name="Verb">What.</param>
/// <param name="At">When it was said, in epoch milliseconds.</param>
public sealed record SyncControl(SyncVerb Verb, long At)
{
    /// <summary>The enterprise that is meant; null: all.</summary>
    public string? Enterprise { get; init; }

    /// <summary>The operator that is meant; null: all.</summary>
    public string? Operator { get; init; }

    /// <summary>Of <see cref="SyncVerb.Pause"/>: true holds calls back, false lets them go again.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Under which key it is in the topic.</summary>
    public string Key => KeyOf(Verb, Enterprise, Operator);

    /// <summary>Where a word of that kind stands.</summary>
    internal static string KeyOf(SyncVerb verb, string? enterprise, string? name) =>
        (verb == SyncVerb.Pause ? "pause" : "round")
        + (enterprise is null ? "" : "/enterprise/" + enterprise)
        + (name is null ? "" : "/operator/" + name);
}

/// <summary>What people can want.</summary>
public enum SyncVerb
{
    /// <summary>No call begins, or they may again; those on their way come to their end, and progress is kept.</summary>
    Pause,

    /// <summary>All shards begin a round now.</summary>
    Round,
}

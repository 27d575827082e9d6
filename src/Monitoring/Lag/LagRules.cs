namespace MedStreams.Monitoring.Lag;

/// <summary>What a group may do before it counts as late.</summary>
public sealed record LagRules
{
    /// <summary>Below this share of a full window nothing is judged; 0 to 1, default 0: as soon as there is a commit.</summary>
    public float MinimumComplete { get; init; }

    /// <summary>A lag of so many records counts as none; default 0.</summary>
    public long AllowedLag { get; init; }
}

using System.Text.RegularExpressions;

namespace MedStreams.Monitoring.Lag;

/// <summary>How much is kept of each group and partition.</summary>
public sealed record LagBookSettings
{
    /// <summary>How many commits a window holds, and how many ends of a partition are kept; default 10.</summary>
    public int Intervals { get; init; } = 10;

    /// <summary>Commits closer to the one before are merged into it; default 0: none but those of an earlier time.</summary>
    public TimeSpan MinDistance { get; init; }

    /// <summary>A group whose last commit is older is forgotten; default 7 days.</summary>
    public TimeSpan ExpireGroup { get; init; } = TimeSpan.FromDays(7);

    /// <summary>So many groups are known at most; further ones are not watched. 1 or more, default 500.</summary>
    public int MaxGroups { get; init; } = 500;

    /// <summary>So many partitions of groups are known at most, one that two groups read counted twice; 1 or more, default 10,000.</summary>
    public int MaxPartitions { get; init; } = 10_000;

    /// <summary>Groups of which anything matches are watched; null: all.</summary>
    public Regex? GroupAllowlist { get; init; }

    /// <summary>Groups of which anything matches are not watched; null: none.</summary>
    public Regex? GroupDenylist { get; init; }

    /// <summary>Whether a group is watched.</summary>
    public bool Accepts(string group) => GroupAllowlist?.IsMatch(group) != false && GroupDenylist?.IsMatch(group) != true;
}

using System.Text.RegularExpressions;

namespace MedStreams.Monitoring.Lag;

/// <summary>What a scan looks at, and by which rules.</summary>
public sealed record LagScanOptions
{
    /// <summary>These groups; empty: all.</summary>
    public IReadOnlyCollection<string> Groups { get; init; } = [];

    /// <summary>Groups in whose names anything matches; null: all.</summary>
    public Regex? GroupPattern { get; init; }

    /// <summary>These topics; empty: all.</summary>
    public IReadOnlyCollection<string> Topics { get; init; } = [];

    /// <summary>Topics in whose names anything matches; null: all.</summary>
    public Regex? TopicPattern { get; init; }

    /// <summary>The rules.</summary>
    public LagRules Rules { get; init; } = new();

    /// <summary>How many commits a window holds; default 10.</summary>
    public int Intervals { get; init; } = 10;

    /// <summary>Of commits closer together one counts; default 1 s.</summary>
    public TimeSpan MinDistance { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// A group that had read everything within this time has not stopped, nor has one of which only one commit is known that is younger: compaction may
    /// have left one of many, which alone tells nothing of the pace. Default 1 min.
    /// </summary>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long brokers may take to answer; default 10 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the times of waiting records are looked up, for which one record of each partition with a lag is read; default yes.</summary>
    public bool LooksUpTimes { get; init; } = true;

    /// <summary>Whether a group is looked at.</summary>
    public bool WantsGroup(string group) => (Groups.Count == 0 || Groups.Contains(group)) && GroupPattern?.IsMatch(group) != false;

    /// <summary>Whether a topic is looked at.</summary>
    public bool WantsTopic(string topic) => (Topics.Count == 0 || Topics.Contains(topic)) && TopicPattern?.IsMatch(topic) != false;
}

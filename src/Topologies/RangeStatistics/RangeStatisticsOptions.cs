namespace MedStreams.Topologies.RangeStatistics;

/// <summary>The topics of the range statistics, all keyed by the range's id; the first two must have the same number of partitions.</summary>
public sealed record RangeStatisticsOptions
{
    /// <summary>Which modules serve which range: <see cref="MembershipEvent"/>.</summary>
    public string MembershipTopic { get; init; } = "statistics.membership";

    /// <summary>What modules report: <see cref="ModuleReport"/>.</summary>
    public string ReportsTopic { get; init; } = "statistics.reports";

    /// <summary>What can be said of each range: <see cref="RangeResult"/>; may be compacted.</summary>
    public string ResultsTopic { get; init; } = "statistics.results";

    /// <summary>Inputs of unknown ranges and modules, and what is no input, byte for byte, with the reason in the header <c>range.refusal</c>.</summary>
    public string DeadLetterTopic { get; init; } = "statistics.dead-letter";
}

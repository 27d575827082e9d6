using MedStreams.Cli.Configuration;
using MedStreams.Topologies.RangeStatistics;

namespace MedStreams.Cli.Running.RangeStatistics;

/// <summary>How the range statistics are set up; the meanings are those of <see cref="RangeStatisticsOptions"/>.</summary>
internal static class RangeStatisticsSettings
{
    public static Setting<string> MembershipTopic { get; } =
        new("RangeStatistics:MembershipTopic", "Where modules join and leave ranges", Rules.TopicName, "statistics.membership");

    public static Setting<string> ReportsTopic { get; } =
        new("RangeStatistics:ReportsTopic", "Where modules report; as many partitions as the topic of memberships", Rules.TopicName, "statistics.reports");

    public static Setting<string> ResultsTopic { get; } =
        new("RangeStatistics:ResultsTopic", "Where results go", Rules.TopicName, "statistics.results");

    public static Setting<string> DeadLetterTopic { get; } =
        new("RangeStatistics:DeadLetterTopic", "Where reports of unknown ranges and modules go", Rules.TopicName, "statistics.dead-letter");

    /// <summary>All of them, in the order that they are listed.</summary>
    public static IReadOnlyList<Setting> All { get; } = [MembershipTopic, ReportsTopic, ResultsTopic, DeadLetterTopic];

    /// <summary>The topology's options.</summary>
    public static RangeStatisticsOptions ToOptions(EffectiveSettings settings) => new()
    {
        MembershipTopic = settings.Get(MembershipTopic),
        ReportsTopic = settings.Get(ReportsTopic),
        ResultsTopic = settings.Get(ResultsTopic),
        DeadLetterTopic = settings.Get(DeadLetterTopic),
    };
}

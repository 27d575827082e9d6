using System.Text.RegularExpressions;
using MedStreams.Streams.Runtime;

namespace MedStreams.Streams;

/// <summary>Tells an application's internal topics by their names, as Kafka Streams' tool does.</summary>
internal static partial class InternalTopicNames
{
    /// <summary>
    /// The internal topics of an application. Those of another one whose id begins with this one's and a hyphen are left out: its topic of
    /// assignments gives it away.
    /// </summary>
    public static IEnumerable<string> Of(string applicationId, IEnumerable<string> topics)
    {
        var all = topics.ToList();
        var own = applicationId + "-";
        var others = all
            .Where(t => t.StartsWith(own, StringComparison.Ordinal) && t.EndsWith(AssignmentSuffix, StringComparison.Ordinal) && t != GroupLog.TopicOf(applicationId))
            .Select(static t => t[..^AssignmentSuffix.Length] + "-")
            .ToList();
        return all.Where(t => t.StartsWith(own, StringComparison.Ordinal)
            && Rest().IsMatch(t[own.Length..])
            && !others.Exists(o => t.StartsWith(o, StringComparison.Ordinal)));
    }

    private const string AssignmentSuffix = "-assignment";

    // The engine's own topic; then those of Kafka Streams' isInternalTopic.
    [GeneratedRegex(
        @"^assignment\z|-changelog\z|-repartition\z|-subscription-(registration|response)-topic\z|^KTABLE-FK-JOIN-SUBSCRIPTION-(REGISTRATION|RESPONSE)-\d+-topic\z|.-KTABLE-FK-JOIN-SUBSCRIPTION-(REGISTRATION|RESPONSE)-\d+-topic\z",
        RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Rest();
}

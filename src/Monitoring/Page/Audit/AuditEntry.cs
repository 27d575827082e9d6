using System.Text.Json.Serialization;

namespace MedStreams.Monitoring.Page;

/// <summary>Something that somebody did by the page, or wanted to. Holds nothing of any record.</summary>
/// <param name="Id">The same in all entries of one action.</param>
/// <param name="At">When, by the clock of the process.</param>
/// <param name="Who">The user's name.</param>
/// <param name="From">The address that the request came from.</param>
/// <param name="What">The action: <c>dead-letters.replay</c>, <c>topology.pause</c>, <c>migration.retry</c>.</param>
/// <param name="Which">To what: a topic with offsets, a run, a topology.</param>
/// <param name="Outcome">How far it came.</param>
public sealed record AuditEntry(
    string Id,
    DateTimeOffset At,
    string Who,
    string From,
    string What,
    string Which,
    [property: JsonConverter(typeof(JsonStringEnumConverter<AuditOutcome>))] AuditOutcome Outcome);

/// <summary>How far an action came.</summary>
public enum AuditOutcome
{
    /// <summary>It is about to begin. Where no other entry follows, nobody knows how far it came: the process ended.</summary>
    [JsonStringEnumMemberName("requested")]
    Requested,

    /// <summary>It is done.</summary>
    [JsonStringEnumMemberName("done")]
    Done,

    /// <summary>It was not done, since what was asked for is not possible.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>It failed, wholly or in part.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

using System.Text.Json.Serialization;

namespace MedStreams.Topologies.Increments;

/// <summary>
/// The one form that every log record takes after parsing. It holds no free text and nothing that names a patient:
/// event types are templates, the subject is a pseudonym. Immutable.
/// </summary>
public sealed record LogEvent
{
    /// <summary>When it happened, in epoch milliseconds UTC; never negative.</summary>
    public required long Time { get; init; }

    /// <summary>The format it was read from: <c>pipe</c>, <c>syslog</c>, <c>atna</c>, <c>json</c>, <c>access</c>, <c>orthanc</c>, <c>dcmtk</c> or <c>hl7</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The declared source that it came from; the host where none was declared.</summary>
    public required string Source { get; init; }

    /// <summary>The machine that wrote it; <c>unknown</c> where neither the record nor its source says.</summary>
    public required string Host { get; init; }

    /// <summary>
    /// What wrote it: letters, digits, dot, underscore and hyphen. After parsing, what the record or its source says;
    /// after routing, the name of the route.
    /// </summary>
    public required string Product { get; init; }

    /// <summary>The part of the product that wrote it.</summary>
    public required string Component { get; init; }

    /// <summary>How grave it is.</summary>
    public Severity Severity { get; init; }

    /// <summary>
    /// What happened, as a template in which <c>&lt;*&gt;</c> stands for what varies. From a bounded set for a given
    /// configuration; never holds a vertical bar.
    /// </summary>
    public required string EventType { get; init; }

    /// <summary>Whom or what it is about, as 22 characters of a keyed hash; null where the record names nobody.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Subject { get; init; }

    /// <summary>
    /// The order that the event stands in: events of one lane come in the order in which they were written, events of different
    /// lanes in any. A hash of the raw record's key, else the raw partition. Null before routing, where the record's key says it.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Lane { get; init; }

    /// <summary>More that the record says, in a fixed order for each format.</summary>
    public LogAttributes Attributes { get; init; } = LogAttributes.Empty;
}

namespace MedStreams.Topologies.Increments;

/// <summary>
/// What is known about a source of log records before any of them is read. Records name it in the header
/// <c>medstreams.source</c>; the headers <c>medstreams.format</c> and <c>medstreams.host</c> win over what is said here.
/// </summary>
public sealed record LogSource
{
    /// <summary>The name, as in the header.</summary>
    public required string Name { get; init; }

    /// <summary>
    /// The format of its records: <c>pipe</c>, <c>syslog</c>, <c>atna</c>, <c>json</c>, <c>access</c>, <c>orthanc</c>,
    /// <c>dcmtk</c> or <c>hl7</c>. Default null: told from each record.
    /// </summary>
    public string? Format { get; init; }

    /// <summary>The machine that writes it. Default null: from the record, else <c>unknown</c>.</summary>
    public string? Host { get; init; }

    /// <summary>The product that writes it. Default null: from the record, else the source's name.</summary>
    public string? Product { get; init; }

    /// <summary>The zone of times that name none. Default null: <see cref="LogParsingOptions.DefaultZone"/>.</summary>
    public TimeZoneInfo? Zone { get; init; }
}

namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>A record as the parser gets it.</summary>
internal readonly ref struct RawLog
{
    /// <summary>The bytes of the record.</summary>
    public required ReadOnlySpan<byte> Bytes { get; init; }

    /// <summary>The record's own time, epoch milliseconds.</summary>
    public required long Timestamp { get; init; }

    /// <summary>The name of its source, as UTF-8; empty where none is declared.</summary>
    public ReadOnlySpan<byte> Source { get; init; }

    /// <summary>Its declared format, as UTF-8; empty where none is declared.</summary>
    public ReadOnlySpan<byte> Format { get; init; }

    /// <summary>Its declared host, as UTF-8; empty where none is declared.</summary>
    public ReadOnlySpan<byte> Host { get; init; }
}

/// <summary>Why a record was not parsed. The name in dead letters is that of <see cref="LogFaults"/>.</summary>
internal enum LogFault
{
    None,
    Empty,
    TooLong,
    UnknownFormat,
    UndeclaredFormat,
    Structure,
    Time,
    TimeAhead,
    Json,
    Xml,
    XmlDtd,
    Hl7,
}

/// <summary>An event, or the fault and its place: the byte of the record, counted from 1.</summary>
internal readonly record struct LogParse(LogEvent? Event, LogFault Fault, int Column)
{
    public static LogParse Failed(LogFault fault, int column = 1) => new(null, fault, column);

    public static implicit operator LogParse(LogEvent parsed) => new(parsed, LogFault.None, 0);
}

/// <summary>Stable codes of faults, for dead letters and dashboards.</summary>
internal static class LogFaults
{
    public static string Code(LogFault fault) => fault switch
    {
        LogFault.Empty => "log.empty",
        LogFault.TooLong => "log.too-long",
        LogFault.UnknownFormat => "log.unknown-format",
        LogFault.UndeclaredFormat => "log.undeclared-format",
        LogFault.Structure => "log.structure",
        LogFault.Time => "log.time",
        LogFault.TimeAhead => "log.time-ahead",
        LogFault.Json => "log.json",
        LogFault.Xml => "log.xml",
        LogFault.XmlDtd => "log.xml-dtd",
        LogFault.Hl7 => "log.hl7",
        _ => "log.none",
    };

    /// <summary>A sentence for people, without a word of the record.</summary>
    public static string Describe(LogFault fault) => fault switch
    {
        LogFault.Empty => "The record is empty.",
        LogFault.TooLong => "The record is longer than MaxRecordBytes.",
        LogFault.UnknownFormat => "The record has none of the known formats.",
        LogFault.UndeclaredFormat => "The record's header names a format that is not known.",
        LogFault.Structure => "The record does not have the parts of its format.",
        LogFault.Time => "The record's time cannot be read.",
        LogFault.TimeAhead => "The record's time is further ahead of its arrival than MaxAhead.",
        LogFault.Json => "The record is not well-formed JSON, or no object.",
        LogFault.Xml => "The record is not a well-formed audit message.",
        LogFault.XmlDtd => "The audit message has a document type, which is not allowed.",
        LogFault.Hl7 => "The record is not a readable HL7 v2 message.",
        _ => "No fault.",
    };
}

namespace MedStreams.Topologies.Increments;

/// <summary>Headers of raw records and of dead letters.</summary>
public static class LogHeaders
{
    /// <summary>On a raw record: the name of its source.</summary>
    public const string Source = "medstreams.source";

    /// <summary>On a raw record: its format, one of those of <see cref="LogSource.Format"/>.</summary>
    public const string Format = "medstreams.format";

    /// <summary>On a raw record: the host that wrote it.</summary>
    public const string Host = "medstreams.host";

    /// <summary>On a dead letter: why it was not parsed, a stable code such as <c>log.structure</c>.</summary>
    public const string Reason = "medstreams.reason";

    /// <summary>On a dead letter: the byte, from 1, at which it was found.</summary>
    public const string Column = "medstreams.column";
}

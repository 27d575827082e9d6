namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>Reads the records of one format. Without state, so shared by all parsers.</summary>
internal abstract class LogFormat
{
    /// <summary>The name, as sources declare it.</summary>
    public abstract string Name { get; }

    /// <summary>Whether a record looks like this format; cheap, and sure enough to decide on.</summary>
    public abstract bool Recognises(ReadOnlySpan<byte> record);

    /// <summary>Reads a record. It is not empty, has no white space at its end and no byte order mark.</summary>
    public abstract LogParse Parse(ReadOnlySpan<byte> record, ParseScope scope);
}

/// <summary>The formats, in the order in which they are tried.</summary>
internal static class LogFormats
{
    public static readonly LogFormat[] All =
    [
        new JsonLinesFormat(),
        new Hl7Format(),
        new SyslogFormat(),
        new AtnaFormat(),
        new OrthancFormat(),
        new DcmtkFormat(),
        new PipeFormat(),
        new AccessLogFormat(),
    ];

    /// <summary>All names, for messages.</summary>
    public static string Names { get; } = string.Join(", ", All.Select(f => f.Name));

    public static bool IsKnown(string name) => Find(name) is not null;

    public static LogFormat? Find(string name) => Array.Find(All, format => format.Name == name);

    /// <summary>The format that a record looks like; null where there is none.</summary>
    public static LogFormat? Detect(ReadOnlySpan<byte> record)
    {
        foreach (var format in All)
        {
            if (format.Recognises(record))
                return format;
        }

        return null;
    }
}

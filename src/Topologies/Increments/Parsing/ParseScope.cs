namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>What the parser of a format works with: what was declared about the record, and shared tools. For one thread.</summary>
internal sealed class ParseScope(LogParsingOptions options)
{
    /// <summary>What stands where nobody says the host.</summary>
    public const string Unknown = "unknown";

    /// <summary>The most bytes of a name that comes from a record.</summary>
    private const int LongestName = 64;

    public Utf8Interner Names { get; } = new();

    public Pseudonymizer Pseudonyms { get; } = new(options.PseudonymKey);

    public TemplateCatalogue Templates { get; } = TemplateCatalogue.WithBuiltIn(options.Templates);

    /// <summary>The record's own time, epoch milliseconds; never negative.</summary>
    public long Timestamp { get; set; }

    /// <summary>What is known of the source; null where none is declared.</summary>
    public LogSource? Source { get; set; }

    /// <summary>The declared host; null where none is declared.</summary>
    public string? Host { get; set; }

    public TimeZoneInfo Zone => Source?.Zone ?? options.DefaultZone;

    /// <summary>The product of a record: what is declared, else what the record says, else the source's name.</summary>
    public string Product(ReadOnlySpan<byte> fromRecord, string fallback)
    {
        if (Source?.Product is { } declared)
            return declared;
        var name = Clean(fromRecord, lower: true);
        return name.Length > 0 ? name : Source?.Name ?? fallback;
    }

    /// <summary>The host of a record: what is declared, else what the record says.</summary>
    public string HostOr(ReadOnlySpan<byte> fromRecord)
    {
        if (Host is { } declared)
            return declared;
        var name = Clean(fromRecord, lower: false);
        return name.Length > 0 ? name : Unknown;
    }

    /// <summary>
    /// A name that comes from a record, cut to 64 bytes, with an underscore for all but letters, digits, dot,
    /// underscore, hyphen and colon. A hyphen alone, syslog's "nothing", is empty.
    /// </summary>
    public string Clean(ReadOnlySpan<byte> name, bool lower = false)
    {
        name = Ascii.Trim(name);
        if (name.SequenceEqual("-"u8))
            return string.Empty;
        if (name.Length > LongestName)
            name = name[..LongestName];
        Span<byte> clean = stackalloc byte[LongestName];
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            if (lower && c is >= (byte)'A' and <= (byte)'Z')
                c |= 0x20;
            clean[i] = Ascii.IsLetterOrDigit(c) || c is (byte)'.' or (byte)'_' or (byte)'-' || (c == ':' && !lower)
                ? c
                : (byte)'_';
        }

        return Names.Get(clean[..name.Length]);
    }
}

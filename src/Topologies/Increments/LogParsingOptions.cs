namespace MedStreams.Topologies.Increments;

/// <summary>How log records are parsed. Immutable; checked by <see cref="Validate"/>.</summary>
public sealed record LogParsingOptions
{
    /// <summary>The least length of <see cref="PseudonymKey"/>, in bytes.</summary>
    public const int MinimumKeyLength = 16;

    /// <summary>
    /// The key of the hash (HMAC-SHA-256) that turns subjects into pseudonyms; at least 16 bytes, secret, the same on all
    /// instances. Another key gives other pseudonyms. No default.
    /// </summary>
    public required ReadOnlyMemory<byte> PseudonymKey { get; init; }

    /// <summary>Sources that are known beforehand. Default: none.</summary>
    public IReadOnlyList<LogSource> Sources { get; init; } = [];

    /// <summary>
    /// More message templates, tried before the built-in ones: text with <c>&lt;*&gt;</c> for what varies, and
    /// <c>&lt;subject&gt;</c> for the part that the subject is made of. Default: none.
    /// </summary>
    public IReadOnlyList<string> Templates { get; init; } = [];

    /// <summary>The zone of times that name none, where the source does not say. Default UTC.</summary>
    public TimeZoneInfo DefaultZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>The longest record that is parsed, in bytes; longer ones are dead-lettered. Default 1 MiB; from 1 KiB to 64 MiB.</summary>
    public int MaxRecordBytes { get; init; } = 1 << 20;

    /// <summary>
    /// How far an event's time may be ahead of its record's; records of clocks that are further off are dead-lettered, since one of them
    /// would make all that follows late. Default 1 day; from 1 minute on.
    /// </summary>
    public TimeSpan MaxAhead { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Checks every option.</summary>
    /// <exception cref="ArgumentException">One is out of its range; the text says which, and what is allowed.</exception>
    public void Validate()
    {
        if (PseudonymKey.Length < MinimumKeyLength)
        {
            throw Wrong(
                nameof(PseudonymKey), $"PseudonymKey has {PseudonymKey.Length} bytes: give a secret of at least {MinimumKeyLength}.");
        }

        if (MaxRecordBytes is < 1 << 10 or > 64 << 20)
            throw Wrong(nameof(MaxRecordBytes), $"MaxRecordBytes is {MaxRecordBytes}: it goes from 1024 to {64 << 20}.");
        if (MaxAhead < TimeSpan.FromMinutes(1))
            throw Wrong(nameof(MaxAhead), $"MaxAhead is {MaxAhead}: it is at least 1 minute.");
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var source in Sources)
        {
            if (string.IsNullOrWhiteSpace(source.Name) || !names.Add(source.Name))
                throw Wrong(nameof(Sources), $"The source '{source.Name}' needs a name that no other source has.");
            if (source.Format is { } format && !Parsing.LogFormats.IsKnown(format))
            {
                throw Wrong(
                    nameof(Sources),
                    $"The source '{source.Name}' has the unknown format '{format}': it is one of {Parsing.LogFormats.Names}.");
            }
        }

        foreach (var template in Templates)
            _ = Parsing.MessageTemplate.Parse(template);
    }

    private static ArgumentException Wrong(string option, string message) => new(message, option);
}

using System.CommandLine;
using System.Globalization;
using MedStreams.Cli.Configuration;
using MedStreams.Streams;

namespace MedStreams.Cli.Commands.Reset;

/// <summary>The options that say where input is read from, of which one at most may be given; their names are those of Kafka Streams' tool.</summary>
internal sealed class ResetTargets
{
    private readonly Option<bool> _earliest = new("--to-earliest") { Description = "Inputs: from their first records (the default)" };
    private readonly Option<bool> _latest = new("--to-latest") { Description = "Inputs: from their ends" };

    private readonly Option<long?> _offset = new("--to-offset")
    {
        Description = "Inputs: from this offset, the nearest that a partition holds",
        HelpName = "N",
    };

    private readonly Option<string?> _time = new("--to-datetime")
    {
        Description = "Inputs: from the first records of this time or later",
        HelpName = "TIME",
    };

    private readonly Option<string?> _duration = new("--by-duration")
    {
        Description = "Inputs: the same, so long before now, as in 2 h or PT2H",
        HelpName = "TIME",
    };

    private readonly Option<long?> _shift = new("--shift-by")
    {
        Description = "Inputs: so many offsets on from the committed ones, or back where negative",
        HelpName = "N",
    };

    public ResetTargets() => _offset.MustBeAtLeast(0);

    public IEnumerable<Option> All => [_earliest, _latest, _offset, _time, _duration, _shift];

    /// <summary>What was asked for.</summary>
    /// <exception cref="CliException">Several were given, or one cannot be read.</exception>
    public ResetTarget Read(ParseResult parse)
    {
        var given = All.Where(o => parse.GetResult(o) is { Implicit: false }).ToList();
        if (given.Count > 1)
            throw CliException.Usage($"{string.Join(" and ", given.Select(o => o.Name))} exclude one another: give one");
        if (parse.GetValue(_latest))
            return ResetTarget.Latest;
        if (parse.GetValue(_offset) is { } offset)
            return ResetTarget.ToOffset(offset);
        if (parse.GetValue(_time) is { } time)
            return ResetTarget.ToTime(TimeOf(time));
        if (parse.GetValue(_duration) is { } duration)
            return ResetTarget.ByDuration(DurationOf(duration));
        return parse.GetValue(_shift) is { } shift ? ResetTarget.ShiftBy(shift) : ResetTarget.Earliest;
    }

    private static DateTimeOffset TimeOf(string text) =>
        text.Contains('-', StringComparison.Ordinal)
        && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw CliException.Usage($"--to-datetime {text}: allowed is an ISO 8601 time, as in 2026-11-01T07:00:00Z");

    private static TimeSpan DurationOf(string text)
    {
        var rule = Rules.Duration(TimeSpan.Zero);
        if (rule.TryRead(text, out var duration))
            return duration;
        try
        {
            if (text.StartsWith('P') && System.Xml.XmlConvert.ToTimeSpan(text) is var iso && iso >= TimeSpan.Zero)
                return iso;
        }
        catch (FormatException)
        {
            // Told below.
        }

        throw CliException.Usage($"--by-duration {text}: allowed is {rule.Allowed}, or PT2H");
    }
}

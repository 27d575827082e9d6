using System.CommandLine;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Cli.Commands.Archive;

/// <summary>Which studies, by day.</summary>
internal sealed class WindowOptions
{
    private readonly Option<DateOnly?> _from = new("--from") { Description = "Studies of this day and later", HelpName = "YYYY-MM-DD" };
    private readonly Option<DateOnly?> _to = new("--to") { Description = "Studies of this day and earlier", HelpName = "YYYY-MM-DD" };
    private readonly Option<bool> _withoutDate = new("--without-date") { Description = "Studies without a valid date, which no day finds" };

    public IReadOnlyList<Option> All => [_from, _to, _withoutDate];

    /// <summary>What was asked for.</summary>
    /// <exception cref="CliException">It contradicts itself.</exception>
    public ExamWindow Read(ParseResult parse)
    {
        var (from, to) = (parse.GetValue(_from), parse.GetValue(_to));
        if (parse.GetValue(_withoutDate))
            return from is null && to is null ? ExamWindow.WithoutDate : throw CliException.Usage("--without-date goes with neither --from nor --to");
        if (from is null && to is null)
            return ExamWindow.Everything;
        if (from > to)
            throw CliException.Usage("--from is after --to");
        return ExamWindow.Days(from ?? DateOnly.MinValue, to ?? DateOnly.MaxValue);
    }
}

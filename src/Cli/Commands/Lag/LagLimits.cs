using System.CommandLine;
using MedStreams.Monitoring.Lag;

namespace MedStreams.Cli.Commands.Lag;

/// <summary>What must hold, for cron and Nagios.</summary>
internal sealed class LagLimits
{
    private readonly Option<long?> _lag = new("--max-lag") { Description = "Exit code 3 where a row lags by more records", HelpName = "RECORDS" };
    private readonly Option<double?> _seconds = new("--max-seconds")
    {
        Description = "Exit code 3 where a record of a row has waited longer, or that could not be seen",
        HelpName = "SECONDS",
    };

    private readonly Option<string> _status = new("--status")
    {
        Description = "Exit code 3 where a row's status is worse than this: ok or warn",
        HelpName = "STATUS",
    };

    public LagLimits()
    {
        _lag.MustBeAtLeast(0);
        _seconds.MustBeAtLeast(0);
        _status.AcceptOnlyFromAmong("ok", "warn");
    }

    public IReadOnlyList<Option> All => [_lag, _seconds, _status];

    /// <summary>Whether any limit was given.</summary>
    public bool AreGiven(ParseResult parse) =>
        parse.GetValue(_lag) is not null || parse.GetValue(_seconds) is not null || parse.GetValue(_status) is not null;

    /// <summary>What of a row does not hold, for a person; nothing where all does.</summary>
    public IEnumerable<string> Broken(ParseResult parse, LagRow row)
    {
        if (parse.GetValue(_lag) is { } lag && row.Lag > lag)
            yield return $"{row.Name} lags by {row.Lag} records, more than {lag}";
        if (parse.GetValue(_seconds) is { } seconds && !(row.Behind?.TotalSeconds <= seconds))
            yield return row.Behind is { } behind ? $"{row.Name} is {behind.TotalSeconds:0.#} s behind, more than {seconds}" : $"how far {row.Name} is behind in time could not be seen";
        if (parse.GetValue(_status) is { } status && row.Status > (status == "ok" ? GroupStatus.Ok : GroupStatus.Warn))
            yield return $"{row.Name} is {row.Word}, worse than {status.ToUpperInvariant()}";
        else if (parse.GetValue(_status) is not null && row.Status == GroupStatus.NotFound)
            yield return $"{row.Name} is not found";
    }
}

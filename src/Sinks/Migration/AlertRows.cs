using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>What a person should look at.</summary>
internal static class AlertRows
{
    /// <summary>A source's result may have been cut.</summary>
    public const string Cut = "result-cut";

    /// <summary>Windows missed what the source has.</summary>
    public const string Missed = "missed-by-windows";

    /// <summary>A record names no study.</summary>
    public const string NoUid = "no-study-uid";

    /// <summary>The source does not answer.</summary>
    public const string Source = "source-failing";

    /// <summary>The target cannot be asked.</summary>
    public const string Target = "target-failing";

    /// <summary>A study was called complete that is not.</summary>
    public const string Incomplete = "incomplete";

    public static Task RaiseAsync(NpgsqlConnection connection, int run, string? study, string kind, string text, CancellationToken stop) => connection.Command(
        "INSERT INTO pacs_migration.alert (run_id, study_uid, kind, text) VALUES ($1, $2, $3, $4)", run, study, kind, Sql.Clean(text)).ExecuteAsync(stop);
}

using Npgsql;

namespace MedStreams.Sinks;

/// <summary>
/// What PostgreSQL's errors mean to a sink (appendix A of its manual). Texts built here name error codes, columns and
/// constraints, never what the server quotes from the data.
/// </summary>
internal static class PostgresErrors
{
    /// <summary>The server is away, busy or stopping: the same statement may succeed later.</summary>
    public static bool IsUnavailable(Exception error) => error switch
    {
        PostgresException server => server.SqlState[..2] is "08" or "53" or "58" || server.SqlState
            is "57P01" or "57P02" or "57P03" or "57P05" // stopping, crashed, starting, idle session ended
            or "57014" or "55P03" or "25P03"            // statement, lock and idle transaction time-outs
            or "25006"                                  // read only: a standby that is not promoted yet
            or "40003",                                 // completion unknown
        NpgsqlException or IOException or TimeoutException or System.Net.Sockets.SocketException => true,

        // Npgsql's own parts of a connection that was lost in another thread of its; the data source is disposed of by whoever stops.
        ObjectDisposedException disposed => !disposed.ObjectName.Contains("DataSource", StringComparison.Ordinal),
        _ => false,
    };

    /// <summary>The transaction lost against another one: it may be run again at once.</summary>
    public static bool IsConflict(Exception error) =>
        error is PostgresException { SqlState: "40001" or "40P01" };

    /// <summary>A record's content was refused: data exceptions, constraint violations, a value too large for an index.</summary>
    public static bool IsContent(Exception error) =>
        error is RowRefusedException
        || (error is PostgresException server && (server.SqlState[..2] is "22" or "23" || server.SqlState == "54000"));

    /// <summary>Why a record was refused.</summary>
    public static string Reason(Exception error) => error switch
    {
        RowRefusedException refused => $"No row can be made of the record: {refused.Message}",
        PostgresException server => $"PostgreSQL refused the row: {Describe(server)}",
        _ => $"The row was refused: {error.GetType().Name}",
    };

    /// <summary>An error's code with what it stands for and where, without the server's text.</summary>
    public static string Describe(PostgresException error)
    {
        var meaning = error.SqlState switch
        {
            "22001" => "text too long",
            "22003" => "number out of range",
            "22007" or "22008" => "not a date or time in range",
            "22021" => "not a character of the database's encoding",
            "22P02" => "not the text of a value of the column's type",
            "22P05" => "not a character of the database's encoding",
            "23502" => "null where none may be",
            "23503" => "foreign key",
            "23505" => "unique key",
            "23514" => "check constraint",
            "23P01" => "exclusion constraint",
            "28P01" or "28000" => "the login was refused",
            "3D000" => "no such database",
            "42501" => "the role may not do that",
            "42703" => "no such column",
            "42804" => "the mapping's type does not fit the column",
            "42P01" => "no such table",
            "42P10" => "no unique index on the key columns",
            "53300" => "too many connections",
            "57P01" => "the server is stopping",
            "57P03" => "the server is starting",
            _ => null,
        };
        var text = meaning is null ? error.SqlState : $"{error.SqlState} {meaning}";
        if (error.ColumnName is { Length: > 0 } column)
            text += $", column {column}";
        if (error.ConstraintName is { Length: > 0 } constraint)
            text += $", constraint {constraint}";
        return text;
    }

    /// <summary>The short description of any failure to reach the server.</summary>
    public static string DescribeAny(Exception error) =>
        error is PostgresException server ? Describe(server) : (error.InnerException ?? error).GetType().Name;

    /// <summary>The cause that may go on: the server's own exceptions stay behind, for they quote data.</summary>
    public static Exception? Cause(Exception error) => error is PostgresException ? null : error;
}

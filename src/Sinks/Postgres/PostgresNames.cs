using NpgsqlTypes;

namespace MedStreams.Sinks;

/// <summary>Names as SQL takes them.</summary>
internal static class PostgresNames
{
    /// <summary>One identifier in double quotes.</summary>
    public static string Quote(string identifier)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(identifier);
        return "\"" + identifier.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"";
    }

    /// <summary>A table's name with or without schema, each part quoted.</summary>
    public static string QuoteTable(string name) =>
        string.Join('.', name.Split('.', 2).Select(Quote));

    /// <summary>The SQL type that holds what Npgsql writes for a column.</summary>
    /// <exception cref="ArgumentException">The type is none that a sink's column can have.</exception>
    public static string SqlType(NpgsqlDbType type) => type switch
    {
        NpgsqlDbType.Boolean => "boolean",
        NpgsqlDbType.Smallint => "smallint",
        NpgsqlDbType.Integer => "integer",
        NpgsqlDbType.Bigint => "bigint",
        NpgsqlDbType.Real => "real",
        NpgsqlDbType.Double => "double precision",
        NpgsqlDbType.Numeric => "numeric",
        NpgsqlDbType.Text or NpgsqlDbType.Varchar => "text",
        NpgsqlDbType.Bytea => "bytea",
        NpgsqlDbType.Uuid => "uuid",
        NpgsqlDbType.Date => "date",
        NpgsqlDbType.Time => "time",
        NpgsqlDbType.Timestamp => "timestamp",
        NpgsqlDbType.TimestampTz => "timestamptz",
        NpgsqlDbType.Interval => "interval",
        NpgsqlDbType.Inet => "inet",
        NpgsqlDbType.Json => "json",
        NpgsqlDbType.Jsonb => "jsonb",
        _ => throw new ArgumentException($"A column cannot have the type {type}.", nameof(type)),
    };
}

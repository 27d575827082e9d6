using System.Text;
using Npgsql;

namespace MedStreams.Sinks.Migration;

/// <summary>What the migration database needs beside <see cref="PostgresCommands"/>: batches, columns that may be null, texts of sources.</summary>
internal static class Sql
{
    public static NpgsqlBatchCommand Add(this NpgsqlBatch batch, string sql, params ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
            command.Parameters.Add(new() { Value = value ?? DBNull.Value });
        batch.BatchCommands.Add(command);
        return command;
    }

    /// <summary>A column that may be null.</summary>
    public static T? Maybe<T>(this NpgsqlDataReader reader, int column)
        where T : struct => reader.IsDBNull(column) ? null : reader.GetFieldValue<T>(column);

    /// <inheritdoc cref="Maybe{T}"/>
    public static string? MaybeText(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    /// <summary>A text as PostgreSQL takes it: what sources say may hold zero bytes and halves of characters.</summary>
    public static string? Clean(string? text)
    {
        if (text is null)
            return null;
        if (text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0)
            return text.Contains('\0', StringComparison.Ordinal) ? text.Replace("\0", "", StringComparison.Ordinal) : text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value != 0)
                clean.Append(rune.ToString());
        }

        return clean.ToString();
    }
}

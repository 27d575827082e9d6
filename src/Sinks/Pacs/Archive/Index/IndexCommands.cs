using MedStreams.Dicom.Pacs;
using Npgsql;
using NpgsqlTypes;

namespace MedStreams.Sinks.Pacs.Archive;

/// <summary>What the index needs beside <see cref="PostgresCommands"/>: columns and parameters of its types.</summary>
internal static class IndexCommands
{
    public static string? Text(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static int? Integer(this NpgsqlDataReader row, int column) => row.IsDBNull(column) ? null : row.GetInt32(column);

    public static ObjectDigest Digest(this NpgsqlDataReader row, int column) => ObjectDigest.Of(row.GetFieldValue<byte[]>(column), row.GetInt64(column + 1));

    public static StudyObjectKind Kind(this NpgsqlDataReader row, int column) => row.GetChar(column) == 'I' ? StudyObjectKind.Instance : StudyObjectKind.Document;

    public static char Letter(StudyObjectKind kind) => kind == StudyObjectKind.Instance ? 'I' : 'D';

    /// <summary>A kind as PostgreSQL's one-byte type.</summary>
    public static NpgsqlParameter Parameter(StudyObjectKind kind) => new() { Value = Letter(kind), NpgsqlDbType = NpgsqlDbType.InternalChar };

    /// <summary>A number that may be missing.</summary>
    public static NpgsqlParameter Parameter(int? number) => new() { Value = number is { } known ? known : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer };

    /// <summary>A text that may be missing, without the characters that PostgreSQL has not: they stay in the object itself.</summary>
    public static NpgsqlParameter Parameter(string? text) => new()
    {
        Value = text is null ? DBNull.Value : Storable(text),
        NpgsqlDbType = NpgsqlDbType.Text,
    };

    /// <summary>A text in which NUL and halves of surrogates have become U+FFFD.</summary>
    public static string Storable(string text)
    {
        var isStorable = !text.Contains('\0', StringComparison.Ordinal);
        for (var i = 0; i < text.Length && isStorable; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            isStorable = i + 1 < text.Length && char.IsSurrogatePair(text[i], text[i + 1]);
            i++;
        }

        return isStorable ? text : string.Concat(text.EnumerateRunes().Select(rune => rune.Value == 0 ? "\uFFFD" : rune.ToString()));
    }
}

using System.Data.Common;
using System.Globalization;
using System.Text;
using MedStreams.Dicom.Pacs;

namespace MedStreams.Sources.Pacs.Sql;

/// <summary>Reads values of a legacy schema, whatever type its columns have. Pure but for the reader.</summary>
internal static class SqlValues
{
    /// <summary>A value as text, without the blanks and NULs that pad fixed columns; null where there is none.</summary>
    public static string? Text(DbDataReader row, int? column, Encoding? encoding)
    {
        if (column is not { } at || row.IsDBNull(at))
            return null;
        var text = row.GetValue(at) switch
        {
            string s => encoding is null ? s : Repaired(s, encoding),
            byte[] bytes => (encoding ?? Encoding.UTF8).GetString(bytes),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            var other => other.ToString(),
        };
        return text?.Trim(' ', '\0', '\t', '\r', '\n') is { Length: > 0 } trimmed ? trimmed : null;
    }

    /// <summary>A whole number, also one that is kept as text; null where there is none.</summary>
    public static long? Number(DbDataReader row, int? column) =>
        long.TryParse(Text(row, column, encoding: null), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A day; null where there is none or what is there is none.</summary>
    public static DateOnly? Date(DbDataReader row, int? column) => column is not { } at || row.IsDBNull(at) ? null : row.GetValue(at) switch
    {
        DateTime time => DateOnly.FromDateTime(time),
        DateOnly date => date,
        DateTimeOffset time => DateOnly.FromDateTime(time.DateTime),
        string text => Date(text),
        _ => null,
    };

    /// <summary>A day as text.</summary>
    public static DateOnly? Date(string text)
    {
        var trimmed = text.Trim();
        return trimmed.Length >= 10 && DateOnly.TryParseExact(trimmed[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var dashed) ? dashed
            : ExamReader.Date(trimmed.Length > 8 && !trimmed.Contains('.', StringComparison.Ordinal) ? trimmed[..8] : trimmed);
    }

    /// <summary>A time of the day; null where there is none or what is there is none.</summary>
    public static TimeOnly? Time(DbDataReader row, int? column) => column is not { } at || row.IsDBNull(at) ? null : row.GetValue(at) switch
    {
        DateTime time => TimeOnly.FromDateTime(time),
        TimeOnly time => time,
        TimeSpan time when time >= TimeSpan.Zero && time < TimeSpan.FromDays(1) => TimeOnly.FromTimeSpan(time),
        string text => ExamReader.Time(text),
        _ => null,
    };

    /// <summary>Text that was written in another encoding than the database believes: its Latin-1 letters are bytes.</summary>
    private static string Repaired(string text, Encoding encoding) =>
        text.Any(c => c > 0x7F) && text.All(c => c <= 0xFF) ? encoding.GetString(Encoding.Latin1.GetBytes(text)) : text;
}

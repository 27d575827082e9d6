using System.Globalization;

namespace MedStreams.Dicom.Pacs.Reporting;

/// <summary>How cells are written.</summary>
internal static class Cells
{
    /// <summary>Whether a cell is a number, which stands on the right.</summary>
    public static bool IsNumber(object? cell) => cell is long or int;

    /// <summary>For people: groups of three digits.</summary>
    public static string ForPeople(object? cell) => cell switch
    {
        null => "",
        long number => number.ToString("N0", CultureInfo.InvariantCulture),
        int number => number.ToString("N0", CultureInfo.InvariantCulture),
        _ => ForPrograms(cell),
    };

    /// <summary>For programs: plain digits, ISO 8601.</summary>
    public static string ForPrograms(object? cell) => cell switch
    {
        null => "",
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        DateTimeOffset time => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => cell.ToString() ?? "",
    };

    /// <summary>What a PACS said may hold anything: without control characters, which terminals obey and pages may not hold.</summary>
    public static string Printable(string text) => text.Any(char.IsControl) ? new string([.. text.Select(c => char.IsControl(c) ? ' ' : c)]) : text;

    /// <summary>A point in time for people.</summary>
    public static string Time(DateTimeOffset? time) =>
        time?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture) ?? "not yet";
}

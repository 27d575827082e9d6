using System.Collections.Immutable;
using System.Globalization;
using MedStreams.Cli.Configuration;
using MedStreams.Topologies.Migration;

namespace MedStreams.Cli.Running.Migration.Settings;

/// <summary>Rules of settings that only migrations have.</summary>
internal static class MigrationRules
{
    private static readonly string[] Days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

    /// <summary>A day of the calendar.</summary>
    public static Rule<DateOnly> Day { get; } = new("a day as in 2019-12-31", (string text, out DateOnly value) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out value));

    /// <summary>A number of this size, with decimals.</summary>
    public static Rule<double> Above0 { get; } = new("a number above 0", (string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value) && value > 0 && double.IsFinite(value));

    /// <summary>The root of a DICOMweb service.</summary>
    public static Rule<Uri> Web { get; } = new("an address that begins with http:// or https://", (string text, out Uri value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value!) && (value.Scheme == Uri.UriSchemeHttp || value.Scheme == Uri.UriSchemeHttps));

    /// <summary>An application entity title (PS3.8 section 9.3.2).</summary>
    public static Rule<string> AeTitle { get; } = new("1 to 16 characters of ASCII without a backslash, not only blanks", (string text, out string value) =>
    {
        value = text.Trim();
        return value.Length is > 0 and <= 16 && value.All(c => c is >= ' ' and < '\x7f' and not '\\');
    });

    /// <summary>Spans of the week: <c>Mon-Fri 19:00-06:00, Sat 00:00-24:00</c>.</summary>
    public static Rule<ImmutableArray<WeekSpan>> Schedule { get; } =
        new("days and hours, several with commas between, as in Mon-Fri 19:00-06:00, Sat 00:00-24:00", (string text, out ImmutableArray<WeekSpan> value) =>
        {
            var spans = ImmutableArray.CreateBuilder<WeekSpan>();
            var isWhole = text.Split(',', StringSplitOptions.TrimEntries).All(part => TryAdd(part, spans));
            value = spans.ToImmutable();
            return isWhole && spans.Count > 0;
        });

    /// <summary>A time zone.</summary>
    public static Rule<string> Zone { get; } = new("a time zone such as UTC or Asia/Shanghai", (string text, out string value) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(value = text, out _));

    private static bool TryAdd(string part, ImmutableArray<WeekSpan>.Builder spans)
    {
        var words = part.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2)
            return false;
        var days = words[0].Split('-');
        var hours = words[1].Split('-');
        if (days.Length > 2 || hours.Length != 2 || !TryDay(days[0], out var first) || !TryDay(days[^1], out var last)
            || !TryMinute(hours[0], out var from) || from == 24 * 60 || !TryMinute(hours[1], out var to) || to == 0 || from == to)
        {
            return false;
        }

        for (var day = first; ; day = (day + 1) % Days.Length)
        {
            spans.Add(new WeekSpan((DayOfWeek)day, from, to));
            if (day == last)
                return true;
        }
    }

    private static bool TryDay(string text, out int day) => (day = Array.FindIndex(Days, d => d.Equals(text, StringComparison.OrdinalIgnoreCase))) >= 0;

    private static bool TryMinute(string text, out int minute)
    {
        minute = 0;
        if (text == "24:00")
            minute = 24 * 60;
        else if (TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
            minute = (time.Hour * 60) + time.Minute;
        else
            return false;
        return true;
    }
}

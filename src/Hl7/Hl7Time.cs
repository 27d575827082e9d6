using System.Globalization;

namespace MedStreams.Hl7;

/// <summary>How exactly a time is given.</summary>
public enum Hl7TimePrecision
{
    /// <summary>To the year.</summary>
    Year,

    /// <summary>To the month.</summary>
    Month,

    /// <summary>To the day.</summary>
    Day,

    /// <summary>To the hour.</summary>
    Hour,

    /// <summary>To the minute.</summary>
    Minute,

    /// <summary>To the second.</summary>
    Second,

    /// <summary>To a fraction of a second, of one to four digits.</summary>
    Fraction,
}

/// <summary>
/// A time as HL7 v2 writes it (chapter 2A, DTM and TS): <c>YYYY[MM[DD[HH[MM[SS[.S[S[S[S]]]]]]]]][+/-ZZZZ]</c>.
/// </summary>
/// <param name="Local">The time as written; what is not given is the first of its kind.</param>
/// <param name="Offset">The distance from UTC, where it is written.</param>
/// <param name="Precision">How much was written.</param>
public readonly record struct Hl7Time(DateTime Local, TimeSpan? Offset, Hl7TimePrecision Precision)
{
    /// <summary>Reads a time; false where the text is none, also where the calendar has no such day.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Hl7Time time)
    {
        time = default;
        TimeSpan? offset = null;
        var sign = text.IndexOfAny('+', '-');
        if (sign >= 0)
        {
            if (!TryOffset(text[sign..], out var distance))
                return false;
            offset = distance;
            text = text[..sign];
        }

        var point = text.IndexOf('.');
        var digits = point < 0 ? text : text[..point];
        var fraction = point < 0 ? [] : text[(point + 1)..];
        if (digits.ContainsAnyExceptInRange('0', '9') || fraction.ContainsAnyExceptInRange('0', '9')
            || (point >= 0 && (digits.Length != 14 || fraction.Length is < 1 or > 9)))
            return false;
        var precision = digits.Length switch
        {
            4 => Hl7TimePrecision.Year,
            6 => Hl7TimePrecision.Month,
            8 => Hl7TimePrecision.Day,
            10 => Hl7TimePrecision.Hour,
            12 => Hl7TimePrecision.Minute,
            14 => point < 0 ? Hl7TimePrecision.Second : Hl7TimePrecision.Fraction,
            _ => (Hl7TimePrecision)(-1),
        };
        if (!Enum.IsDefined(precision))
            return false;
        Span<char> full = stackalloc char[14];
        "00010101000000".CopyTo(full);
        digits.CopyTo(full);
        if (!DateTime.TryParseExact(full, "yyyyMMddHHmmss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            return false;
        var ticks = fraction.IsEmpty ? 0 : long.Parse(fraction, CultureInfo.InvariantCulture) * Power(9 - fraction.Length) / 100;
        time = new(local.AddTicks(ticks), offset, precision);
        return true;
    }

    /// <summary>
    /// The moment. Without an offset the time is one of <paramref name="zone"/>'s clocks: a time that they skip is
    /// taken as if they had not yet, one that they show twice as the first (<see cref="LocalTimes"/>).
    /// </summary>
    public DateTimeOffset ToMoment(TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        return new(Local, Offset ?? LocalTimes.OffsetOf(Local, zone));
    }

    /// <summary>Writes a moment to the millisecond, with its offset.</summary>
    public static string Format(DateTimeOffset moment) =>
        moment.ToString("yyyyMMddHHmmss.fff", CultureInfo.InvariantCulture)
        + moment.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", string.Empty, StringComparison.Ordinal);

    private static bool TryOffset(ReadOnlySpan<char> text, out TimeSpan offset)
    {
        offset = default;
        if (text.Length != 5 || text[1..].ContainsAnyExceptInRange('0', '9'))
            return false;
        var minutes = (Digits(text[1..3]) * 60) + Digits(text[3..]);
        offset = TimeSpan.FromMinutes(text[0] == '-' ? -minutes : minutes);
        return minutes <= 14 * 60 && Digits(text[3..]) < 60;
    }

    private static int Digits(ReadOnlySpan<char> text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static long Power(int exponent) => exponent == 0 ? 1 : 10 * Power(exponent - 1);
}

using MedStreams.Hl7;

namespace MedStreams.Topologies.Increments.Parsing;

/// <summary>Times of log records as epoch milliseconds. Nothing before 1970 is taken for a time.</summary>
internal static class LogTime
{
    private const int MillisecondsPerDay = 86_400_000;

    /// <summary>
    /// The time of a clock on the wall of a zone. A time that daylight saving leaves out counts with the offset before the
    /// change, one that it repeats as the first of both (<see cref="LocalTimes"/>). A 60th second (leap second) is the next minute's first.
    /// </summary>
    public static bool TryLocal(
        int year, int month, int day, int hour, int minute, int second, int millisecond, TimeZoneInfo zone, out long time)
    {
        if (!TryUtc(year, month, day, hour, minute, second, millisecond, 0, out time))
            return false;
        time -= (long)LocalTimes.OffsetOf(DateTime.UnixEpoch.AddMilliseconds(time), zone).TotalMilliseconds;
        return time >= 0;
    }

    /// <summary>The time of a clock that is so many minutes before UTC.</summary>
    public static bool TryUtc(
        int year, int month, int day, int hour, int minute, int second, int millisecond, int offsetMinutes, out long time)
    {
        time = 0;
        if (year is < 1970 or > 9998 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 60)
        {
            return false;
        }

        var days = new DateOnly(year, month, day).DayNumber - new DateOnly(1970, 1, 1).DayNumber;
        time = ((long)days * MillisecondsPerDay) + (((((hour * 60L) + minute - offsetMinutes) * 60) + second) * 1000) + millisecond;
        return time >= 0;
    }

    /// <summary>
    /// The year of a time that names none (syslog of RFC 3164, Orthanc): the latest year in which the time is not later than
    /// the record's own by more than a day. So a record of 31 December that arrives on 1 January is of the old year, and a
    /// clock that is a little ahead on New Year's Eve is of the new one. Right for records not older than a year.
    /// </summary>
    public static bool TryWithoutYear(
        int month, int day, int hour, int minute, int second, int millisecond, TimeZoneInfo zone, long recordTime, out long time)
    {
        var latest = DateTime.UnixEpoch.AddMilliseconds(recordTime).Year + 1;
        for (var year = latest; year >= latest - 9; year--)
        {
            if (TryLocal(year, month, day, hour, minute, second, millisecond, zone, out time)
                && time <= recordTime + MillisecondsPerDay)
            {
                return true;
            }
        }

        time = 0;
        return false;
    }

    /// <summary>
    /// Reads ISO 8601 and RFC 3339 at the front of a text: <c>2024-03-11T10:15:00.123+01:00</c>, also with a blank for
    /// the T, a comma before the fraction, no colon in the offset; without an offset the zone decides.
    /// </summary>
    public static bool TryIso(ref ReadOnlySpan<byte> rest, TimeZoneInfo zone, out long time)
    {
        time = 0;
        if (!Ascii.TryNumber(ref rest, 4, 4, out var year) || !Ascii.TryEat(ref rest, (byte)'-')
            || !Ascii.TryNumber(ref rest, 2, 2, out var month) || !Ascii.TryEat(ref rest, (byte)'-')
            || !Ascii.TryNumber(ref rest, 2, 2, out var day) || rest.IsEmpty || rest[0] is not ((byte)'T' or (byte)' ' or (byte)'t'))
        {
            return false;
        }

        rest = rest[1..];
        if (!TryClock(ref rest, out var hour, out var minute, out var second))
            return false;
        var millisecond = Fraction(ref rest);
        return TryOffset(ref rest, out var offset)
            ? TryUtc(year, month, day, hour, minute, second, millisecond, offset, out time)
            : TryLocal(year, month, day, hour, minute, second, millisecond, zone, out time);
    }

    /// <summary>Reads <c>hh:mm:ss</c>.</summary>
    public static bool TryClock(ref ReadOnlySpan<byte> rest, out int hour, out int minute, out int second)
    {
        minute = second = 0;
        return Ascii.TryNumber(ref rest, 1, 2, out hour) && Ascii.TryEat(ref rest, (byte)':')
            && Ascii.TryNumber(ref rest, 1, 2, out minute) && Ascii.TryEat(ref rest, (byte)':')
            && Ascii.TryNumber(ref rest, 1, 2, out second);
    }

    /// <summary>Reads a fraction of a second, if there is one, as whole milliseconds.</summary>
    public static int Fraction(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < 2 || rest[0] is not ((byte)'.' or (byte)',') || !Ascii.IsDigit(rest[1]))
            return 0;
        rest = rest[1..];
        var milliseconds = 0;
        for (var scale = 100; rest.Length > 0 && Ascii.IsDigit(rest[0]); scale /= 10, rest = rest[1..])
            milliseconds += (rest[0] - '0') * scale;
        return milliseconds;
    }

    /// <summary>Reads <c>Z</c>, <c>+hh:mm</c>, <c>+hhmm</c> or <c>+hh</c>, in minutes.</summary>
    public static bool TryOffset(ref ReadOnlySpan<byte> rest, out int minutes)
    {
        minutes = 0;
        if (rest.IsEmpty)
            return false;
        var sign = rest[0];
        if (sign is (byte)'Z' or (byte)'z')
        {
            rest = rest[1..];
            return true;
        }

        var after = rest[1..];
        if (sign is not ((byte)'+' or (byte)'-') || !Ascii.TryNumber(ref after, 2, 2, out var hours))
            return false;
        var colon = Ascii.TryEat(ref after, (byte)':');
        if (!Ascii.TryNumber(ref after, 2, 2, out var extra) && colon)
            return false;
        if (hours > 18 || extra > 59)
            return false;
        minutes = ((hours * 60) + extra) * (sign == '-' ? -1 : 1);
        rest = after;
        return true;
    }

    /// <summary>The month of an English abbreviation: <c>Jan</c> to <c>Dec</c>; 0 where it is none.</summary>
    public static int Month(ReadOnlySpan<byte> name)
    {
        if (name.Length != 3)
            return 0;
        var at = "JanFebMarAprMayJunJulAugSepOctNovDec"u8.IndexOf(name);
        return at >= 0 && at % 3 == 0 ? (at / 3) + 1 : 0;
    }
}

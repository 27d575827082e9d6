using System.Collections.Immutable;

namespace MedStreams.Topologies.Migration;

/// <summary>When studies may begin: spans of the week in a time zone.</summary>
/// <param name="Zone">The zone's IANA id, such as <c>Asia/Shanghai</c>.</param>
/// <param name="Spans">The spans; none: never.</param>
public sealed record WeekSchedule(string Zone, ImmutableArray<WeekSpan> Spans)
{
    private const int Day = 24 * 60;
    private const int Week = 7 * Day;

    /// <summary>What is wrong with it; null where nothing is.</summary>
    public string? Fault()
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(Zone, out _))
            return $"The schedule's zone {Zone} is not known; allowed is a name such as UTC or Asia/Shanghai.";
        return Spans.IsDefault || Spans.Any(span => !Enum.IsDefined(span.Day) || span.From is < 0 or >= Day || span.To is < 1 or > Day)
            ? "A span of the schedule is none: it begins at minute 0 to 1439 of a day and ends at minute 1 to 1440."
            : null;
    }

    /// <summary>Whether studies may begin at a time; by the clocks of the zone, whatever they do in spring and autumn.</summary>
    /// <param name="at">Epoch milliseconds.</param>
    public bool IsOpen(long at)
    {
        if (Spans.IsDefault || !TimeZoneInfo.TryFindSystemTimeZoneById(Zone, out var zone))
            return false;
        var local = TimeZoneInfo.ConvertTime(DateTimeOffset.FromUnixTimeMilliseconds(at), zone);
        var minute = ((int)local.DayOfWeek * Day) + (local.Hour * 60) + local.Minute;
        foreach (var span in Spans)
        {
            var from = ((int)span.Day * Day) + span.From;
            var length = span.To > span.From ? span.To - span.From : span.To + Day - span.From;
            if ((minute - from + Week) % Week < length)
                return true;
        }

        return false;
    }
}

/// <summary>A span of a day, each week.</summary>
/// <param name="Day">The day that it begins on.</param>
/// <param name="From">Minutes after midnight at which it begins, 0 to 1439.</param>
/// <param name="To">Minutes after midnight at which it ends, 1 to 1440; not above <paramref name="From"/>: on the next day.</param>
public sealed record WeekSpan(DayOfWeek Day, int From, int To);

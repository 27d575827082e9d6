namespace MedStreams.Hl7;

/// <summary>What a clock on a wall means where its zone changes. All readers of this product agree on it.</summary>
public static class LocalTimes
{
    /// <summary>
    /// The distance from UTC of a clock of the zone. A time that the clocks skip is taken as if they had not changed yet, one that
    /// they show twice as the first of both, as java.time and RFC 5545 have it.
    /// </summary>
    /// <param name="local">The time that the clock shows; its kind is not looked at.</param>
    /// <param name="zone">The zone.</param>
    public static TimeSpan OffsetOf(DateTime local, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(zone);
        if (ReferenceEquals(zone, TimeZoneInfo.Utc))
            return TimeSpan.Zero;
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        if (zone.IsAmbiguousTime(local))
            return zone.GetAmbiguousTimeOffsets(local).Max();
        return zone.GetUtcOffset(zone.IsInvalidTime(local) ? local.AddHours(-1) : local);
    }
}

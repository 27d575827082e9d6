namespace MedStreams.Broker.Coordination;

/// <summary>
/// One reading of both clocks. Session and rebalance time-outs run on the elapsed clock, which never jumps;
/// what is written to a log carries the time of day.
/// </summary>
/// <param name="ElapsedMs">Milliseconds on a monotonic clock; only differences mean something.</param>
/// <param name="UtcMs">Milliseconds since 1970-01-01 UTC.</param>
internal readonly record struct Instant(long ElapsedMs, long UtcMs)
{
    /// <summary>A deadline that never comes.</summary>
    public const long Never = long.MaxValue;

    /// <summary>Reads both clocks of <paramref name="time"/>.</summary>
    public static Instant Read(TimeProvider time) => new(
        (long)time.GetElapsedTime(0).TotalMilliseconds,
        time.GetUtcNow().ToUnixTimeMilliseconds());
}

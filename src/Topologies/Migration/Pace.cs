namespace MedStreams.Topologies.Migration;

/// <summary>
/// The throttle of one partition: an allowance of studies and bytes that grows with time, up to what a second or two of it come to. Bytes are known only
/// when they are stored, so they may be overdrawn; then batches wait until that is made up for.
/// </summary>
/// <param name="StudiesPerMs">Studies that may begin in a millisecond; infinite: no limit.</param>
/// <param name="BytesPerMs">Bytes that may be stored in one; infinite: no limit.</param>
/// <param name="MostMs">How much time the allowance may hold.</param>
internal readonly record struct Pace(double StudiesPerMs, double BytesPerMs, double MostMs)
{
    private const double Minute = 60_000;
    private const double Second = 1000;

    /// <summary>A partition's share.</summary>
    public static Pace Of(Throttle throttle, MigrationOptions options) => new(
        throttle.StudiesPerMinute / Minute / options.Partitions ?? double.PositiveInfinity,
        throttle.BytesPerSecond / Second / options.Partitions ?? double.PositiveInfinity,
        Math.Max(Second, 2 * options.LookInterval.TotalMilliseconds));

    /// <summary>The allowance at a later time.</summary>
    /// <param name="before">What it was; null: at the beginning.</param>
    /// <param name="now">Epoch milliseconds.</param>
    public Allowance At(Allowance? before, long now)
    {
        before ??= new Allowance(now, 1, 0);
        var passed = Math.Max(0, now - before.At);
        return new Allowance(
            Math.Max(now, before.At),
            double.IsInfinity(StudiesPerMs) ? 1 : Math.Min(before.Studies + (passed * StudiesPerMs), Math.Max(1, MostMs * StudiesPerMs)),
            double.IsInfinity(BytesPerMs) ? 0 : Math.Min(before.Bytes + (passed * BytesPerMs), MostMs * BytesPerMs));
    }

    /// <summary>Takes a study off.</summary>
    public Allowance Begun(Allowance allowance) =>
        double.IsInfinity(StudiesPerMs) ? allowance : allowance with { Studies = allowance.Studies - 1 };

    /// <summary>Takes bytes off.</summary>
    public Allowance Stored(Allowance allowance, long bytes) =>
        double.IsInfinity(BytesPerMs) ? allowance : allowance with { Bytes = allowance.Bytes - bytes };

    /// <summary>Until when batches wait; 0: they do not.</summary>
    public long HeldUntil(Allowance allowance) =>
        allowance.Bytes >= 0 || double.IsInfinity(BytesPerMs) ? 0 : allowance.At + (long)Math.Ceiling(-allowance.Bytes / BytesPerMs);
}

/// <summary>How much may begin and be stored, at a time.</summary>
/// <param name="At">The time, in epoch milliseconds.</param>
/// <param name="Studies">Studies that may begin; below 1: none.</param>
/// <param name="Bytes">Bytes that may be stored; below 0: so many too many were.</param>
internal sealed record Allowance(long At, double Studies, double Bytes);

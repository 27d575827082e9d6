namespace MedStreams.Sinks.Operators;

/// <summary>
/// Lets so many through in a second, and a few more at once after a quiet time. Turns are handed out in advance to those who wait, so that a request never costs more than a look at
/// the clock (the generic cell rate algorithm, ITU-T I.371). Safe for use by several threads.
/// </summary>
internal sealed class TokenBucket(double perSecond, int burst, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly long _interval = Math.Max(1, (long)(TimeSpan.TicksPerSecond / perSecond));
    private readonly long _start = clock.GetTimestamp();
    private long _expected; // when the next request would come if all came evenly
    private long _closedUntil;

    /// <summary>How long nobody goes through; zero where somebody may.</summary>
    public TimeSpan Closed
    {
        get
        {
            lock (_lock)
                return TimeSpan.FromTicks(Math.Max(0, _closedUntil - Now));
        }
    }

    private long Now => clock.GetElapsedTime(_start).Ticks;

    /// <summary>Takes a turn.</summary>
    /// <param name="longest">The longest wait.</param>
    /// <param name="wait">How long to wait for it; where none was taken, when to ask again.</param>
    /// <returns>False where it would take longer; then none was taken.</returns>
    public bool TryTake(TimeSpan longest, out TimeSpan wait)
    {
        lock (_lock)
        {
            var now = Now;
            var at = Math.Max(now, Math.Max(_expected - ((burst - 1) * _interval), _closedUntil));
            wait = TimeSpan.FromTicks(at - now);
            if (wait > longest)
                return false;
            _expected = Math.Max(_expected, at) + _interval;
            return true;
        }
    }

    /// <summary>Nobody goes through for so long.</summary>
    public void Close(TimeSpan span)
    {
        lock (_lock)
            _closedUntil = Math.Max(_closedUntil, Now + span.Ticks);
    }
}

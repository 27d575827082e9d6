using MedStreams.Streams;

namespace MedStreams.Sinks;

/// <summary>
/// When the next attempt to reach a target may be made: pauses double from the first to the longest, and a success
/// ends them. Safe for use by several threads.
/// </summary>
internal sealed class RetryBackoff(TimeSpan first, TimeSpan longest, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private TimeSpan _pause;
    private long _failedAt;

    /// <summary>Says that the target cannot be tried yet.</summary>
    /// <exception cref="SinkUnavailableException">The pause after the last failure is not over.</exception>
    public void ThrowIfWaiting()
    {
        lock (_lock)
        {
            if (_pause > TimeSpan.Zero && clock.GetElapsedTime(_failedAt) < _pause)
            {
                throw new SinkUnavailableException(
                    $"PostgreSQL could not be reached; the next attempt is made {_pause.TotalMilliseconds:0} ms after it.");
            }
        }
    }

    /// <summary>The target could not be reached.</summary>
    public void Failed()
    {
        lock (_lock)
        {
            var doubled = TimeSpan.FromTicks(Math.Max(first.Ticks, _pause.Ticks * 2));
            _pause = doubled < longest ? doubled : longest;
            _failedAt = clock.GetTimestamp();
        }
    }

    /// <summary>The target was reached.</summary>
    public void Succeeded()
    {
        lock (_lock)
            _pause = TimeSpan.Zero;
    }
}

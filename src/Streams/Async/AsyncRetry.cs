using Polly;

namespace MedStreams.Streams;

/// <summary>Which failed attempts of a call are followed by another one, and when. Immutable.</summary>
public sealed record AsyncRetry
{
    /// <summary>Three attempts, 100 ms and about 200 ms after one another.</summary>
    public static AsyncRetry Default { get; } = new();

    /// <summary>One attempt.</summary>
    public static AsyncRetry None { get; } = new() { MaxAttempts = 1 };

    /// <summary>How often a call is tried in all, 1 and more; default 3.</summary>
    public int MaxAttempts { get; init; } = 3;

    /// <summary>The wait before the second attempt, 0 and more; default 100 ms.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between two attempts, at least <see cref="Delay"/>; default 5 s.</summary>
    public TimeSpan MaxDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How the waits grow; default exponential.</summary>
    public DelayBackoffType BackOff { get; init; } = DelayBackoffType.Exponential;

    /// <summary>Whether waits vary at random, so that calls that failed together do not come back together; default true.</summary>
    public bool Jitter { get; init; } = true;

    /// <summary>
    /// Which failures are worth another attempt; default null: all. An attempt that was cancelled since the call's time is up is never followed by
    /// another one. May be called by several threads at a time.
    /// </summary>
    public Func<Exception, bool>? Handles { get; init; }
}

namespace MedStreams.Streams.Runtime;

/// <summary>
/// When the next commit is due, in milliseconds of the clock. The interval counts from the beginning of the one before, so that a result is no older than it; where
/// commits are slow, as much time as the last one took is left for work, but no more than the interval.
/// </summary>
internal sealed class CommitPace(long interval)
{
    /// <summary>From when on a commit is due.</summary>
    public long Due { get; private set; }

    /// <summary>Whether it is.</summary>
    public bool IsDue(long now) => now >= Due;

    /// <summary>A commit begins, or there was nothing to commit.</summary>
    public void OnBegin(long now) => Due = now + interval;

    /// <summary>The commit that began then has ended.</summary>
    public void OnEnd(long begun, long now) => Due = Math.Max(begun + interval, now + Math.Min(now - begun, interval));
}

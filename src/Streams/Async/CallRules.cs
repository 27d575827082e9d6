using System.Diagnostics.CodeAnalysis;

namespace MedStreams.Streams.Async;

/// <summary>
/// What the calls of one thread share: the bell that wakes the thread when one ends, and what holds for all of them. The bell may be rung by any
/// thread.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Nobody asks the bell for a handle, so there is nothing to free")]
internal sealed class CallRules
{
    private readonly ManualResetEventSlim _bell = new(initialState: false, spinCount: 1);

    /// <summary>How many records of a key may wait for the call before them; see <see cref="CallLimits"/>.</summary>
    public int WaitingPerKey { get; init; } = int.MaxValue;

    /// <summary>True in the test driver: one call runs at a time, so that results come in the same order each time.</summary>
    public bool OneAtATime { get; init; }

    /// <summary>The clock for waits between attempts and for calls; null: the engine's.</summary>
    public TimeProvider? CallClock { get; init; }

    public void Ring() => _bell.Set();

    /// <summary>Waits until a call ends, or so long; answers whether one has ended since the last wait.</summary>
    public bool Wait(TimeSpan limit)
    {
        var rang = _bell.Wait(limit);
        if (rang)
            _bell.Reset();
        return rang;
    }
}

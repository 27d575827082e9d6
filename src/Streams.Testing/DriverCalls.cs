using MedStreams.Streams.Async;

namespace MedStreams.Streams.Testing;

/// <summary>
/// Lets the calls of asynchronous nodes end before the driver goes on. A call that only passes time, between two attempts or on the clock that it is
/// given, gets that time at once: the clock moves. Any other call is waited for; one that does not end is given the time until it must.
/// </summary>
internal sealed class DriverCalls
{
    private readonly ManualClock _clock;
    private readonly TimeSpan _patience;

    public DriverCalls(ManualClock clock, TimeSpan patience)
    {
        (_clock, _patience) = (clock, patience);
        Rules = new CallRules { OneAtATime = true, CallClock = clock.Waits };
        clock.WaitBegins = Rules.Ring;
    }

    /// <summary>What the asynchronous nodes of all tasks share.</summary>
    public CallRules Rules { get; }

    /// <summary>Returns when no call is in flight.</summary>
    /// <param name="nodes">The asynchronous nodes of a task.</param>
    /// <param name="forward">Forwards the results of calls that have ended.</param>
    public void Complete(IReadOnlyList<ICallNode> nodes, Action forward)
    {
        if (nodes.Count == 0)
            return;
        forward();
        while (nodes.Any(static n => n.InFlight > 0))
        {
            if (_clock.HasNewWaits || !Rules.Wait(_patience))
                PassTime(nodes);
            forward();
        }
    }

    private void PassTime(IReadOnlyList<ICallNode> nodes)
    {
        var next = nodes.Min(static n => n.NextDeadline);
        if (_clock.NextDue is { } due && due < (next ?? long.MaxValue))
            next = due;
        if (next is { } until)
            _clock.Advance(TimeSpan.FromTicks(Math.Max(0, until - _clock.GetTimestamp())));
    }
}

using System.Diagnostics.CodeAnalysis;

namespace MedStreams.Topologies.Synchronisation;

/// <summary>
/// The calls of a shard that are on their way, one for a group at most. No commit waits for them: a call that takes long holds up its own group only. Owned by the
/// task's thread; lives as long as its task.
/// </summary>
internal sealed class CallDesk(IOperatorCalls calls, TimeSpan limit)
{
    private readonly Dictionary<string, RunningCall> _running = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _running.Count;

    /// <summary>Whether a group's call is on its way.</summary>
    public bool IsCalling(string enterprise) => _running.ContainsKey(enterprise);

    /// <summary>Makes a call.</summary>
    public void Start(string enterprise, CallAnnouncement announced, Card card, long now)
    {
        var cancel = new CancellationTokenSource();
        var run = RunAsync(new CardCall(card, announced.MayHaveBeenMade), cancel);
        _running.Add(enterprise, new RunningCall(announced, run, cancel, now + (long)limit.TotalMilliseconds));
    }

    /// <summary>Takes the calls that have ended; those that have had their time are given up.</summary>
    public IReadOnlyList<(string Enterprise, CallAnnouncement Announced, CallResult Result)> TakeEnded(long now)
    {
        List<(string Enterprise, CallAnnouncement Announced, CallResult Result)> ended = [];
        foreach (var (enterprise, call) in _running)
        {
            if (call.Run.IsCompleted)
                ended.Add((enterprise, call.Announced, call.Run.GetAwaiter().GetResult()));
            else if (call.Deadline <= now)
                ended.Add((enterprise, call.Announced, CallResult.Unavailable("no answer within the limit")));
        }

        foreach (var (enterprise, _, _) in ended)
        {
            _running.Remove(enterprise, out var call);
            GiveUp(call!);
        }

        return ended;
    }

    /// <summary>Asks all calls to end; nothing comes of them any more.</summary>
    public void CancelAll()
    {
        foreach (var call in _running.Values)
            GiveUp(call);
        _running.Clear();
    }

    private static void GiveUp(RunningCall call)
    {
        if (!call.Run.IsCompleted)
            _ = call.Cancel.CancelAsync(); // what waits for it may run: not on this thread
    }

    /// <summary>A call's result; whatever happens, it is one.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "What a call throws is the operator's failure: its group leaves the round with the reason")]
    private async Task<CallResult> RunAsync(CardCall call, CancellationTokenSource cancel)
    {
        try
        {
            return await calls.SyncAsync(call, cancel.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            return CallResult.Unavailable(e.GetType().Name);
        }
    }

    private sealed record RunningCall(CallAnnouncement Announced, Task<CallResult> Run, CancellationTokenSource Cancel, long Deadline);
}

using MedStreams.Streams.Kafka;
using MedStreams.Streams.Processing;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// The calls of asynchronous nodes, as a stream thread sees them: it forwards what comes of them, and a commit waits until none is in flight. While it
/// waits, the tasks with calls take no records, and the thread goes on polling.
/// </summary>
internal sealed class ThreadCalls(ThreadParts parts, ThreadCommit commit)
{
    // The bell rings for calls, not for records: so often the thread looks for those.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(5);

    private long? _dueSince;

    /// <summary>Whether an error is one of a record's, for the handler, and none of the thread's.</summary>
    public static bool IsOfRecord(Exception error) =>
        FailureSite.Of(error) is not null && RetriableException.In(error) is null
        && error is not (TransactionLostException or ProductionException or StateCorruptedException);

    /// <summary>Asks the handler what becomes of the record that the task stands at, and does it.</summary>
    /// <exception cref="StreamsException">The handler says fail.</exception>
    public void OnFailure(ActiveTask task, Exception error)
    {
        var source = task.Context.Current;
        task.Context.Current = default;
        commit.DeadLetters.OnProcessingError(
            error, source.Topic is null ? null : source, FailureSite.Of(error), task.Id);
        task.Context.CountDropped();
    }

    /// <summary>True while a record is on its way through an asynchronous node.</summary>
    public static bool AnyInFlight(IReadOnlyList<ActiveTask> tasks)
    {
        for (var i = 0; i < tasks.Count; i++)
        {
            if (tasks[i].Stream!.CallsInFlight > 0)
                return true;
        }

        return false;
    }

    /// <summary>Waits for the end of a call, not longer than that.</summary>
    public void Wait(TimeSpan limit) => parts.Calls.Wait(limit < LongestWait ? limit : LongestWait);

    /// <summary>Forwards the results of the calls that have ended.</summary>
    public void Forward(IReadOnlyList<ActiveTask> tasks)
    {
        for (var i = 0; i < tasks.Count; i++)
        {
            if (tasks[i].Stream!.CallNodes.Length > 0)
                Forward(tasks[i]);
        }
    }

    /// <summary>
    /// Whether a commit that is due may be made now: no call is in flight, and none begins where the caches are emptied. Where it may not, tasks
    /// with calls take no records until <see cref="Release"/>; but while a single call takes much longer than others do, they go on for some time.
    /// </summary>
    public bool TrySettle(IReadOnlyList<ActiveTask> tasks)
    {
        _dueSince ??= parts.Config.Clock.GetTimestamp();
        if (HasStraggler(tasks) && parts.Config.Clock.GetElapsedTime(_dueSince.Value) < parts.CallLimits.LongestPutOff)
        {
            Hold(tasks, false);
            return false;
        }

        return TryHold(tasks);
    }

    private bool TryHold(IReadOnlyList<ActiveTask> tasks)
    {
        var isSettled = true;
        for (var i = 0; i < tasks.Count; i++)
        {
            var stream = tasks[i].Stream!;
            if (stream.CallNodes.Length == 0)
                continue;
            Forward(tasks[i]);
            if (stream.CallsInFlight == 0)
                stream.FlushStores();
            stream.IsHeld = true;
            isSettled &= stream.CallsInFlight == 0;
        }

        return isSettled;
    }

    /// <summary>As <see cref="TrySettle"/>, but waits: as long as the calls of one record may take.</summary>
    public bool Settle(IReadOnlyList<ActiveTask> tasks)
    {
        var since = parts.Config.Clock.GetTimestamp();
        while (!TryHold(tasks))
        {
            if (parts.Config.Clock.GetElapsedTime(since) > parts.CallLimits.Longest)
                return false;
            Wait(LongestWait);
        }

        return true;
    }

    /// <summary>The commit is made, or not due any more: tasks take records again.</summary>
    public void Release(IReadOnlyList<ActiveTask> tasks)
    {
        _dueSince = null;
        Hold(tasks, false);
    }

    private static void Hold(IReadOnlyList<ActiveTask> tasks, bool isHeld)
    {
        for (var i = 0; i < tasks.Count; i++)
            tasks[i].Stream!.IsHeld = isHeld;
    }

    private static bool HasStraggler(IReadOnlyList<ActiveTask> tasks)
    {
        for (var i = 0; i < tasks.Count; i++)
        {
            foreach (var node in tasks[i].Stream!.CallNodes)
            {
                if (node.HasStraggler)
                    return true;
            }
        }

        return false;
    }

    private void Forward(ActiveTask task)
    {
        while (true)
        {
            try
            {
                task.Stream!.ForwardResults();
                return;
            }
            catch (Exception e) when (IsOfRecord(e))
            {
                OnFailure(task, e);
            }
        }
    }
}

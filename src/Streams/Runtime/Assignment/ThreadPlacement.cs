namespace MedStreams.Streams.Runtime;

/// <summary>
/// Spreads the tasks of an instance over its threads. A task stays with the thread that has its state open, active or not, as long as that
/// leaves the threads evenly loaded.
/// </summary>
internal sealed class ThreadPlacement
{
    private readonly Dictionary<(string Instance, TaskId Task), MemberName> _before = [];

    public ThreadPlacement(GroupAssignment? previous)
    {
        foreach (var (member, tasks) in previous?.Members ?? new Dictionary<MemberName, MemberTasks>())
        {
            foreach (var task in tasks.Active.Concat(tasks.Standby).Concat(tasks.Warmup))
                _before[(member.Instance, task)] = member;
        }
    }

    /// <summary>Adds the threads of one instance to the result.</summary>
    public void Place(
        MemberName[] threads,
        TaskId[] active,
        TaskId[] standby,
        TaskId[] warmup,
        Dictionary<MemberName, MemberTasks> result)
    {
        var activeOf = Balance(threads, active);
        var others = Balance(threads, [.. standby, .. warmup]);
        for (var thread = 0; thread < threads.Length; thread++)
        {
            result.Add(threads[thread], new MemberTasks(
                [.. active.Where((_, i) => activeOf[i] == thread)],
                [.. standby.Where((_, i) => others[i] == thread)],
                [.. warmup.Where((_, i) => others[standby.Length + i] == thread)]));
        }
    }

    private int[] Balance(MemberName[] threads, TaskId[] tasks)
    {
        var subtopologies = tasks.Select(t => t.Subtopology).Distinct().Order().ToList();
        return new StickyBalancer(
            [.. threads.Select(_ => 1)], [.. tasks.Select(t => subtopologies.IndexOf(t.Subtopology))])
        {
            Previous = t => _before.TryGetValue((threads[0].Instance, tasks[t]), out var thread) && Array.IndexOf(threads, thread) is var at and >= 0
                ? at
                : null,
            Turn = (t, thread) => (tasks[t].Partition + thread) % threads.Length,
            Tie = static thread => (uint)thread,
        }.Balance();
    }
}

namespace MedStreams.Streams.Runtime;

/// <summary>
/// Gives tasks to the members of a group. Pure: one member computes, all others take its answer, but any could. A task is all partitions of
/// one number that its sub-topology reads, so co-partitioned topics are never split.
/// </summary>
/// <remarks>
/// In steps: the instance that each task belongs to (balanced, and few moves), the one that runs it now (near the end of
/// its changelogs), those that follow it, and at last the threads within each instance.
/// </remarks>
internal static class TaskAssignor
{
    /// <summary>The assignment of a group with at least one member.</summary>
    public static GroupAssignment Assign(AssignmentInput input)
    {
        var board = new AssignmentBoard(input);
        if (board.InstanceCount == 0)
            throw new ArgumentException("There is nobody to give tasks to.", nameof(input));
        var targets = Targets(board);
        var active = ActivePlacement.Place(board, targets);
        var standbys = StandbyPlacement.Place(board, active);
        var threads = new ThreadPlacement(input.Previous);
        var members = new Dictionary<MemberName, MemberTasks>();
        for (var instance = 0; instance < board.InstanceCount; instance++)
        {
            var here = instance;
            threads.Place(
                board.Threads[here],
                [.. Numbers(board).Where(t => active.Active[t] == here).Select(t => board.Tasks[t])],
                [.. Numbers(board).Where(t => standbys[t].Contains(here)).Select(t => board.Tasks[t])],
                [.. active.Warmups.Where(w => w.Value == here).Select(w => board.Tasks[w.Key]).Order()],
                members);
        }

        return new GroupAssignment(
            members, Numbers(board).ToDictionary(t => board.Tasks[t], t => board.Names[targets[t]]));
    }

    private static IEnumerable<int> Numbers(AssignmentBoard board) => Enumerable.Range(0, board.Tasks.Length);

    private static int[] Targets(AssignmentBoard board) =>
        new StickyBalancer([.. Enumerable.Range(0, board.InstanceCount).Select(board.WeightOf)], board.Subtopology)
        {
            Previous = t => board.IndexOf(board.Input.Previous?.Targets.GetValueOrDefault(board.Tasks[t])) ?? board.PreviousOwner(t),
            Warmth = (t, i) => board.Stateful[t] && board.Lag(t, i) is not null ? board.Warmth(t, i) : StickyBalancer.Cold,
            Turn = board.Turn,
            Tie = i => HashRing.Hash(board.Names[i]),
        }.Balance();
}

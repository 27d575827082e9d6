namespace MedStreams.Streams.Runtime;

/// <summary>
/// Says which instance runs each task now. That is the one it belongs to, unless that has far to catch up and another has not: then the
/// other one runs it, and the first warms up, a few tasks at a time.
/// </summary>
internal sealed class ActivePlacement
{
    private readonly AssignmentBoard _board;
    private readonly int[] _targets;
    private readonly int[] _load;

    private ActivePlacement(AssignmentBoard board, int[] targets)
    {
        (_board, _targets) = (board, targets);
        _load = new int[board.InstanceCount];
        foreach (var target in targets)
            _load[target]++;
        Active = [.. targets];
    }

    /// <summary>By task, the instance that runs it.</summary>
    public int[] Active { get; }

    /// <summary>By task, the instance that warms up for it, where one does.</summary>
    public Dictionary<int, int> Warmups { get; } = [];

    public static ActivePlacement Place(AssignmentBoard board, int[] targets)
    {
        var placement = new ActivePlacement(board, targets);
        for (var task = 0; task < targets.Length; task++)
        {
            if (!board.IsNear(task, targets[task]))
                placement.Active[task] = placement.BestFor(task);
        }

        placement.WarmUp();
        return placement;
    }

    /// <summary>Of those that are near the owner until now, or who has least to do; where none is near, who is nearest.</summary>
    private int BestFor(int task)
    {
        var target = _targets[task];
        var best = target;
        for (var instance = 0; instance < _board.InstanceCount; instance++)
        {
            if (Rank(task, instance).CompareTo(Rank(task, best)) < 0)
                best = instance;
        }

        _load[target]--;
        _load[best]++;
        return best;
    }

    private (int Warmth, bool IsAnother, long Lag, int Load, int Turn) Rank(int task, int instance)
    {
        var warmth = _board.Warmth(task, instance);
        var preferred = warmth == StickyBalancer.Cold ? _targets[task] : _board.PreviousOwner(task);
        return (
            warmth,
            instance != preferred,
            warmth == 1 ? _board.Lag(task, instance)!.Value : 0,
            _load[instance],
            _board.Turn(task, instance));
    }

    private void WarmUp()
    {
        var waiting = Enumerable.Range(0, _targets.Length).Where(t => Active[t] != _targets[t])
            .OrderBy(t => _board.Lag(t, _targets[t]) ?? long.MaxValue).ThenBy(t => t);
        foreach (var task in waiting.Take(_board.Input.Settings.MaxWarmupReplicas))
            Warmups.Add(task, _targets[task]);
    }
}

namespace MedStreams.Topologies.Synchronisation;

/// <summary>Sums over the groups of a shard, kept up with every change of one. Lives as long as its task.</summary>
internal sealed class ShardTally
{
    private readonly Dictionary<string, Sums> _operators = new(StringComparer.Ordinal);
    private int _groups;
    private int _running;

    /// <summary>How many calls of an operator are announced or on their way.</summary>
    public int Calling(string name) => _operators.GetValueOrDefault(name)?.Calling ?? 0;

    /// <summary>A group has changed.</summary>
    /// <param name="before">What it was; null: it was not there.</param>
    /// <param name="after">What it is.</param>
    public void Move(GroupState? before, GroupState after)
    {
        if (before is not null)
            Add(before, -1);
        Add(after, 1);
    }

    /// <summary>Writes the sums into a state.</summary>
    public ShardStatus Into(ShardStatus status, OperatorHolds holds)
    {
        var held = holds.All.ToDictionary(StringComparer.Ordinal);
        return status with
        {
            Groups = _groups,
            Running = _running,
            Operators =
            [
                .. _operators.Where(o => o.Value.Groups > 0).OrderBy(o => o.Key, StringComparer.Ordinal).Select(o => o.Value.Of(o.Key, held.GetValueOrDefault(o.Key))),
            ],
        };
    }

    private void Add(GroupState group, int sign)
    {
        _groups += sign;
        _running += group.Tasks.Values.Any(t => t.IsRunning) ? sign : 0;
        foreach (var (name, task) in group.Tasks)
        {
            if (!_operators.TryGetValue(name, out var sums))
                _operators.Add(name, sums = new Sums());
            sums.Add(task, group.Calling?.Operator == name, sign);
        }
    }

    private sealed class Sums
    {
        private int _tasks;
        private long _total;
        private long _settled;
        private int _left;

        public int Groups { get; private set; }

        public int Calling { get; private set; }

        public void Add(GroupTask task, bool isCalling, int sign)
        {
            Groups += sign;
            Calling += isCalling ? sign : 0;
            if (!task.IsRunning)
                return;
            _tasks += sign;
            _total += sign * task.Total;
            _settled += sign * task.Settled;
            _left += task.HasLeft ? sign : 0;
        }

        public ShardOperator Of(string name, OperatorHold? hold) => new(name, _tasks, _total, _settled, Calling, _left)
        {
            Held = hold?.Reason,
            HeldUntil = hold?.Until,
            IsBreakerOpen = hold?.IsBreaker ?? false,
        };
    }
}

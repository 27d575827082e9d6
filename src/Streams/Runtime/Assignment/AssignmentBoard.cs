namespace MedStreams.Streams.Runtime;

/// <summary>
/// The input of an assignment, numbered: instances by their names' order, tasks by theirs. What the steps of the assignment share.
/// </summary>
internal sealed class AssignmentBoard
{
    private readonly Dictionary<string, int> _instances;
    private readonly IReadOnlyDictionary<TaskId, TaskProgress>?[] _progress;
    private readonly string?[] _previousOwner;
    private readonly int[][] _turns;
    private readonly HashRing _ring;

    public AssignmentBoard(AssignmentInput input)
    {
        Input = input;
        Tasks = [.. input.Tasks.Distinct().Order()];
        var byInstance = input.Members.Select(m => m.Identity.Name).Distinct().GroupBy(m => m.Instance, StringComparer.Ordinal)
            .OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        Names = [.. byInstance.Select(g => g.Key)];
        Threads = [.. byInstance.Select(g => g.Order().ToArray())];
        _instances = Names.Select((name, i) => (name, i)).ToDictionary(p => p.name, p => p.i, StringComparer.Ordinal);
        _progress = [.. Names.Select(n => input.Progress.GetValueOrDefault(n))];
        _ring = new HashRing(Names);
        _turns = [.. Tasks.Select(t => _ring.Turns(t.ToString()))];
        Stateful = [.. Tasks.Select(input.Stateful.Contains)];
        Subtopologies = Tasks.Select(t => t.Subtopology).Distinct().Count();
        var subtopologies = Tasks.Select(t => t.Subtopology).Distinct().Select((s, i) => (s, i)).ToDictionary(p => p.s, p => p.i);
        Subtopology = [.. Tasks.Select(t => subtopologies[t.Subtopology])];
        _previousOwner = new string?[Tasks.Length];
        foreach (var (member, tasks) in input.Previous?.Members ?? new Dictionary<MemberName, MemberTasks>())
        {
            foreach (var task in tasks.Active)
            {
                if (IndexOf(task) is { } t)
                    _previousOwner[t] = member.Instance;
            }
        }
    }

    public AssignmentInput Input { get; }

    public TaskId[] Tasks { get; }

    public bool[] Stateful { get; }

    /// <summary>By task, the number of its sub-topology.</summary>
    public int[] Subtopology { get; }

    public int Subtopologies { get; }

    public string[] Names { get; }

    public MemberName[][] Threads { get; }

    public int InstanceCount => Names.Length;

    public int WeightOf(int instance) => Threads[instance].Length;

    public int TotalWeight => Threads.Sum(t => t.Length);

    /// <summary>The turn of an instance for a task, from 0, clockwise on the ring.</summary>
    public int Turn(int task, int instance) => _turns[task][instance];

    /// <summary>The number of an instance; null where it is not in the group any more.</summary>
    public int? IndexOf(string? instance) => instance is not null && _instances.TryGetValue(instance, out var i) ? i : null;

    /// <summary>The number of a task; null where it is no task any more.</summary>
    public int? IndexOf(TaskId task) => Array.BinarySearch(Tasks, task) is var at and >= 0 ? at : null;

    /// <summary>The instance that ran the task until now; null where it is gone.</summary>
    public int? PreviousOwner(int task) => IndexOf(_previousOwner[task]);

    /// <summary>How many records an instance is behind with a task; null where it has nothing of it.</summary>
    public long? Lag(int task, int instance) =>
        _progress[instance] is { } known && known.TryGetValue(Tasks[task], out var progress) ? progress.Lag : null;

    /// <summary>Whether an instance may run the task at once: it is near the end of its changelogs, or they are short.</summary>
    public bool IsNear(int task, int instance) =>
        !Stateful[task] || (Lag(task, instance) ?? Size(task)) <= Input.Settings.AcceptableRecoveryLag;

    /// <summary>0 for an instance that may run the task at once, 1 for one that has some of its state, else <see cref="StickyBalancer.Cold"/>.</summary>
    public int Warmth(int task, int instance) =>
        IsNear(task, instance) ? 0 : Lag(task, instance) is null ? StickyBalancer.Cold : 1;

    /// <summary>The size of a task's changelogs in records, as far as anybody told.</summary>
    public long Size(int task)
    {
        var size = 0L;
        foreach (var known in _progress)
        {
            if (known is not null && known.TryGetValue(Tasks[task], out var progress))
                size = Math.Max(size, progress.Size);
        }

        return size;
    }
}

using MedStreams.Streams.Runtime;

namespace MedStreams.Streams.Tests.Runtime.Assignment;

/// <summary>
/// A group whose instances come and go, with what each has of the tasks' state on its disk. After each change it assigns again and again, letting
/// copies catch up in between, until nothing is left to move.
/// </summary>
internal sealed class GroupSimulation(IReadOnlyList<TaskId> tasks, AssignmentSettings settings, bool stateful = true)
{
    public const long Size = 1_000_000;
    private readonly Dictionary<string, int> _threads = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Dictionary<TaskId, TaskProgress>> _disks = new(StringComparer.Ordinal);

    public GroupAssignment? Assignment { get; private set; }

    public IReadOnlyCollection<string> Instances => _threads.Keys;

    /// <summary>Tasks that changed their instance for good with the last change.</summary>
    public int Moved { get; private set; }

    /// <summary>The fewest tasks that had to.</summary>
    public int Minimum { get; private set; }

    /// <summary>Records that owners had to read before they could go on, with the last change.</summary>
    public long Replayed { get; private set; }

    /// <summary>Generations that the last change took.</summary>
    public int Rounds { get; private set; }

    public IReadOnlyDictionary<MemberName, MemberTasks> Members => Assignment!.Members;

    public void Join(string instance, int threads = 1)
    {
        _threads[instance] = threads;
        _disks.TryAdd(instance, []);
        Settle();
    }

    /// <summary>An instance goes away; its disk stays, and gets old.</summary>
    public void Leave(string instance)
    {
        _threads.Remove(instance);
        Settle();
    }

    public void LoseDisk(string instance) => _disks[instance].Clear();

    public string? OwnerOf(TaskId task) =>
        Members.Where(m => m.Value.Active.Contains(task)).Select(m => m.Key.Instance).SingleOrDefault();

    public int LoadOf(string instance) =>
        Members.Where(m => m.Key.Instance == instance).Sum(m => m.Value.Active.Count);

    private void Settle()
    {
        var before = Assignment?.Targets ?? new Dictionary<TaskId, string>();
        (Replayed, Rounds) = (0, 0);
        do
        {
            Assignment = TaskAssignor.Assign(Input());
            Rounds++;
            CatchUp();
        }
        while (Assignment.IsUnsettled);
        Moved = tasks.Count(t => before.TryGetValue(t, out var owner) && owner != Assignment.Targets[t]);
        Minimum = before.Count == 0 ? 0 : FewestMoves(before);
    }

    private AssignmentInput Input() => new()
    {
        Tasks = tasks,
        Stateful = stateful ? tasks.ToHashSet() : [],
        Members =
        [
            .. _threads.SelectMany(t => Enumerable.Range(1, t.Value).Select(
                n => new GroupMember($"{t.Key}-{n}", new MemberIdentity(t.Key, n)))),
        ],
        Previous = Assignment,
        Progress = _disks.Where(d => _threads.ContainsKey(d.Key)).ToDictionary(
            d => d.Key, d => (IReadOnlyDictionary<TaskId, TaskProgress>)d.Value, StringComparer.Ordinal),
        Settings = settings,
    };

    private void CatchUp()
    {
        foreach (var (instance, disk) in _disks)
        {
            var followed = Members.Where(m => m.Key.Instance == instance)
                .SelectMany(m => m.Value.Active.Concat(m.Value.Standby).Concat(m.Value.Warmup)).ToHashSet();
            foreach (var task in Members.Where(m => m.Key.Instance == instance).SelectMany(m => m.Value.Active))
                Replayed += disk.TryGetValue(task, out var known) ? known.Lag : _disks.Values.Any(d => d.ContainsKey(task)) ? Size : 0;
            foreach (var task in disk.Keys.Except(followed).ToList())
                disk[task] = new TaskProgress(Size / 2, Size);
            foreach (var task in followed)
                disk[task] = new TaskProgress(0, Size);
        }
    }

    /// <summary>What those that are gone had, and what is above the largest fair share of those that are still there.</summary>
    private int FewestMoves(IReadOnlyDictionary<TaskId, string> before)
    {
        var total = _threads.Values.Sum();
        var loads = _threads.ToDictionary(t => t.Key, t => before.Values.Count(o => o == t.Key), StringComparer.Ordinal);
        var floors = _threads.ToDictionary(t => t.Key, t => tasks.Count * t.Value / total, StringComparer.Ordinal);
        var leftOver = tasks.Count - floors.Values.Sum();
        var orphans = before.Values.Count(o => !_threads.ContainsKey(o));
        var above = loads.Sum(l => Math.Max(0, l.Value - floors[l.Key]));
        return orphans + above - Math.Min(leftOver, loads.Count(l => l.Value > floors[l.Key]));
    }
}

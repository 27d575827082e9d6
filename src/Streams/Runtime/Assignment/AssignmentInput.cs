namespace MedStreams.Streams.Runtime;

/// <summary>A member of the group as the broker shows it.</summary>
/// <param name="MemberId">Given by the broker.</param>
/// <param name="Identity">What the member says of itself.</param>
/// <param name="Host">Where it connects from; empty where the broker does not tell.</param>
internal sealed record GroupMember(string MemberId, MemberIdentity Identity, string Host = "")
{
    /// <summary>
    /// The living ones: where two go by one name, an instance was started again and the group has not missed the dead one yet.
    /// </summary>
    public static IReadOnlyList<GroupMember> Living(IEnumerable<GroupMember> members) =>
    [
        .. members.GroupBy(m => m.Identity.Name)
            .Select(g => g.OrderBy(m => m.Identity.Started).ThenBy(m => m.MemberId, StringComparer.Ordinal).Last())
            .OrderBy(m => m.Identity.Name),
    ];
}

/// <summary>How much of a task's state an instance has.</summary>
/// <param name="Lag">Changelog records that it would have to read; 0 for the owner.</param>
/// <param name="Size">Changelog records from the first to the last.</param>
internal readonly record struct TaskProgress(long Lag, long Size)
{
    /// <summary>
    /// From what the instances told of their positions. Whoever is furthest is at the end, as far as anybody knows; offsets stand for records.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<TaskId, TaskProgress>> FromPositions(
        IReadOnlyDictionary<string, IReadOnlyDictionary<TaskId, long>> positions)
    {
        var ends = positions.Values.SelectMany(p => p).GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.Max(p => p.Value));
        return positions.ToDictionary(
            p => p.Key,
            p => (IReadOnlyDictionary<TaskId, TaskProgress>)p.Value.ToDictionary(
                t => t.Key, t => new TaskProgress(ends[t.Key] - t.Value, ends[t.Key])),
            StringComparer.Ordinal);
    }
}

/// <summary>The settings that decide who gets what.</summary>
internal sealed record AssignmentSettings
{
    /// <summary><c>num.standby.replicas</c>.</summary>
    public int StandbyReplicas { get; init; }

    /// <summary><c>max.warmup.replicas</c>.</summary>
    public int MaxWarmupReplicas { get; init; } = 2;

    /// <summary><c>acceptable.recovery.lag</c>, in records.</summary>
    public long AcceptableRecoveryLag { get; init; } = 10_000;

    /// <summary><c>rack.aware.assignment.tags</c>: names of tags in which the copies of a task shall differ.</summary>
    public IReadOnlyList<string> RackTags { get; init; } = [];
}

/// <summary>All that decides who gets what: the same input gives the same assignment in every process.</summary>
internal sealed record AssignmentInput
{
    public required IReadOnlyCollection<TaskId> Tasks { get; init; }

    /// <summary>The tasks whose stores have changelogs; the others can be anywhere at once.</summary>
    public IReadOnlySet<TaskId> Stateful { get; init; } = new HashSet<TaskId>();

    public required IReadOnlyCollection<GroupMember> Members { get; init; }

    /// <summary>The assignment before; null for the first.</summary>
    public GroupAssignment? Previous { get; init; }

    /// <summary>By instance, what it has of tasks' state, as it told last.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<TaskId, TaskProgress>> Progress { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<TaskId, TaskProgress>>();

    public AssignmentSettings Settings { get; init; } = new();
}

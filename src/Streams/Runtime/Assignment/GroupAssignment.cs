namespace MedStreams.Streams.Runtime;

/// <summary>What one stream thread has to do.</summary>
/// <param name="Active">The tasks that it runs.</param>
/// <param name="Standby">The tasks whose changelogs it follows, to take over if their owner goes away.</param>
/// <param name="Warmup">The tasks whose changelogs it follows until it is near enough to take them over for good.</param>
internal sealed record MemberTasks(
    IReadOnlyList<TaskId> Active, IReadOnlyList<TaskId> Standby, IReadOnlyList<TaskId> Warmup)
{
    public static MemberTasks None { get; } = new([], [], []);
}

/// <summary>Who does what in a group.</summary>
/// <param name="Members">The tasks of each member; none is missing.</param>
/// <param name="Targets">
/// By task, the instance that it belongs to. Another one runs it as long as that one is too far behind its changelogs.
/// </param>
internal sealed record GroupAssignment(
    IReadOnlyDictionary<MemberName, MemberTasks> Members, IReadOnlyDictionary<TaskId, string> Targets)
{
    /// <summary>Whether a task waits to move to the instance that it belongs to.</summary>
    public bool HasWarmups => Members.Values.Any(m => m.Warmup.Count > 0);

    /// <summary>Whether some task is not where it belongs.</summary>
    public bool IsUnsettled => Members.Any(m => m.Value.Active.Any(t => Targets[t] != m.Key.Instance));
}

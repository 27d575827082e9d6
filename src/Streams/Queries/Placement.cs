namespace MedStreams.Streams.Queries;

/// <summary>Where a task runs and where it is followed.</summary>
/// <param name="Active">The endpoint of its owner.</param>
/// <param name="Standbys">The endpoints of those that follow its changelogs, the next owner first.</param>
internal sealed record TaskPlacement(HostInfo Active, IReadOnlyList<HostInfo> Standbys)
{
    public static TaskPlacement Nobody { get; } = new(HostInfo.Unavailable, []);
}

/// <summary>Where all tasks of the group are, as the last generation gave them out.</summary>
internal sealed record GroupPlacement(IReadOnlyDictionary<TaskId, TaskPlacement> Tasks)
{
    public static GroupPlacement Unknown { get; } = new(new Dictionary<TaskId, TaskPlacement>());
}

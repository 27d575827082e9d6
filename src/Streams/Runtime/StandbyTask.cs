using MedStreams.Streams.Graph;
using MedStreams.Streams.Metrics;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Runtime;

/// <summary>A task whose changelogs this thread follows without running it, so as to take it over quickly.</summary>
internal sealed class StandbyTask(TaskId id, Subtopology subtopology, bool isWarmup) : IChangelogTask
{
    public TaskId Id { get; } = id;

    /// <summary>True where it waits to become active here, and not only in case that the owner goes away.</summary>
    public bool IsWarmup { get; set; } = isWarmup;

    public TaskState? State { get; private set; }

    public IReadOnlyDictionary<TopicPartition, long?>? Committed { get; set; }

    public bool IsStandby => true;

    public TaskMetrics? Metrics => null;

    /// <summary>Takes over the state of an active task that goes on elsewhere.</summary>
    public void Adopt(TaskState state) => State = state;

    /// <summary>Opens the stores' bytes; answers false while another thread of this instance has them.</summary>
    public bool TryOpen(ThreadParts parts)
    {
        State = TaskStates.TryOpen(parts, Id, subtopology);
        return State is not null;
    }

    /// <summary>The task for others to look at.</summary>
    public TaskMetadata Describe()
    {
        var changelogs = State?.Changelogs ?? [];
        var positions = changelogs.Where(c => State!.Positions[c.Store] is not null)
            .ToDictionary(c => c.Partition, c => State!.Positions[c.Store]!.Value);
        return new TaskMetadata(Id, [.. changelogs.Select(c => c.Partition)], positions, positions);
    }

    /// <summary>Gives the state away, open, to the active task.</summary>
    public TaskState? Release()
    {
        var state = State;
        State = null;
        return state;
    }
}

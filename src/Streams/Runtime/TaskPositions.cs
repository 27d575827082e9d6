using System.Collections.Concurrent;
using MedStreams.Streams.State;
using Microsoft.Extensions.Logging;

namespace MedStreams.Streams.Runtime;

/// <summary>
/// How far an instance is with the state of each task that it has on disk, open or not: what it tells the group. Safe for use by several threads.
/// </summary>
internal sealed class TaskPositions
{
    private readonly ConcurrentDictionary<TaskId, long> _positions = new();

    /// <summary>What is on disk when an instance starts.</summary>
    public static TaskPositions Read(StateDirectory states, TopologyTopics topics, StreamsConfig config, ILogger logger)
    {
        var positions = new TaskPositions();
        foreach (var task in states.Tasks.Where(t => t.Subtopology < topics.Subtopologies.Count))
        {
            try
            {
                using var state = TaskState.Open(
                    states, task, config.ApplicationId, topics.Subtopologies[task.Subtopology].Stores, topics.Latest.FullName);
                positions.Set(task, state);
            }
            catch (StateCorruptedException)
            {
                RuntimeLog.DormantStateDamaged(logger, task); // whoever opens it for use wipes it
            }
        }

        return positions;
    }

    public void Set(TaskId task, TaskState state)
    {
        if (state.Changelogs.Count > 0)
            _positions[task] = TaskStates.PositionOf(state);
    }

    /// <summary>As <see cref="Set"/>, for a state that is about to be closed: what stores keep in memory is lost.</summary>
    public void SetClosed(TaskId task, TaskState state)
    {
        var onDisk = state.Changelogs.Where(c => state.TryBytes(c.Store)?.Layout.Persistent == true).ToList();
        if (onDisk.Count == 0)
            Remove(task);
        else
            _positions[task] = onDisk.Sum(c => state.Positions[c.Store] ?? 0);
    }

    public void Remove(TaskId task) => _positions.TryRemove(task, out _);

    public IReadOnlyDictionary<TaskId, long> Snapshot() => new Dictionary<TaskId, long>(_positions);
}

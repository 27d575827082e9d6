using MedStreams.Streams.Graph;
using MedStreams.Streams.State;

namespace MedStreams.Streams.Runtime;

/// <summary>Opens the states of tasks, and knows how far they are.</summary>
internal static class TaskStates
{
    /// <summary>
    /// Opens the state of a task, damaged or not; null while another thread of this instance has it. What is damaged is deleted, with a
    /// word in the log, and restored from the beginning.
    /// </summary>
    public static TaskState? TryOpen(ThreadParts parts, TaskId id, Subtopology subtopology)
    {
        try
        {
            return Open(parts, id, subtopology);
        }
        catch (StateLockedException)
        {
            return null;
        }
        catch (StateCorruptedException e)
        {
            RuntimeLog.StateCorrupted(parts.Logger, id, e);
            parts.Positions.Remove(id);
            parts.States.Wipe(id);
            return Open(parts, id, subtopology);
        }
    }

    /// <summary>The sum of the positions of a state in its changelogs.</summary>
    public static long PositionOf(TaskState state) => state.Positions.Values.Sum(p => p ?? 0);

    /// <summary>Deletes all that an application has in its folder.</summary>
    /// <exception cref="StateLockedException">An instance uses it.</exception>
    /// <exception cref="StreamsException">It cannot be deleted.</exception>
    public static void DeleteAll(StreamsConfig config)
    {
        using var states = StateDirectory.Open(config.StateDir, config.ApplicationId, new StateSettings(), config.Clock);
        try
        {
            foreach (var folder in Directory.EnumerateDirectories(states.Path))
                Directory.Delete(folder, recursive: true);
            InstanceName.Delete(states.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StreamsException($"The state in {states.Path} cannot be deleted.", e);
        }
    }

    private static TaskState Open(ThreadParts parts, TaskId id, Subtopology subtopology) => TaskState.Open(
        parts.States, id, parts.Config.ApplicationId, subtopology.Stores, parts.Topics.Latest.FullName);
}

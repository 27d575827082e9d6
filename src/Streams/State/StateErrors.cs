using MedStreams.RocksDb;

namespace MedStreams.Streams.State;

/// <summary>
/// The state of a task on disk is damaged: wipe its folder (<see cref="StateDirectory.Wipe"/>) and restore it from the beginning.
/// </summary>
internal sealed class StateCorruptedException : StreamsException
{
    public StateCorruptedException()
    {
    }

    public StateCorruptedException(string message)
        : base(message)
    {
    }

    public StateCorruptedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>Another thread of this process, or another process, has the state open now.</summary>
internal sealed class StateLockedException : StreamsException
{
    public StateLockedException()
    {
    }

    public StateLockedException(string message)
        : base(message)
    {
    }

    public StateLockedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

internal static class StateErrors
{
    public static StreamsException Wrap(RocksDbException e, TaskId task, string? store = null)
    {
        var what = store is null ? $"The state of task {task}" : $"The store {store} of task {task}";
        return e.Kind == RocksDbErrorKind.Corruption
            ? new StateCorruptedException($"{what} is damaged on disk: {e.Message}", e) { Task = task }
            : new StreamsException($"{what} cannot be read or written: {e.Message}", e) { Task = task };
    }
}

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

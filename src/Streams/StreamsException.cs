namespace MedStreams.Streams;

/// <summary>The root of the engine's exceptions.</summary>
public class StreamsException : Exception
{
    /// <summary>An error without a text.</summary>
    public StreamsException()
    {
    }

    /// <summary>An error that says what happened and what helps.</summary>
    public StreamsException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public StreamsException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The task it happened in, where there is one.</summary>
    public TaskId? Task { get; init; }
}

/// <summary>The topology is not well formed; thrown while it is built or when it starts.</summary>
public sealed class TopologyException : StreamsException
{
    /// <summary>An error without a text.</summary>
    public TopologyException()
    {
    }

    /// <summary>An error that says what is wrong with the topology and what helps.</summary>
    public TopologyException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public TopologyException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

/// <summary>
/// What a serde or a processor needs does not answer now and may answer later, such as a schema registry; no fault of the record. A serde, an extractor
/// or a processor throws it, and the engine waits and tries again.
/// </summary>
/// <remarks>
/// No error handler is asked, and no record is dropped. What a processor did with the record is undone, with all that is not committed, and the record
/// is processed again: first after 100 ms, then after longer waits, up to 10 s. Meanwhile the thread stays in its group, and its other
/// tasks go on. When the same record has failed for <see cref="StreamsConfig.TaskTimeout"/>, the thread fails. It also counts as the cause of another
/// exception. Whoever throws it has not waited for longer than <c>max.poll.interval.ms</c> allows: 10 s are a good limit.
/// </remarks>
public class RetriableException : StreamsException
{
    /// <summary>An error without a text.</summary>
    public RetriableException()
    {
    }

    /// <summary>An error that says what does not answer.</summary>
    public RetriableException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public RetriableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The exception that makes an error one that may pass; null where there is none.</summary>
    internal static RetriableException? In(Exception error)
    {
        for (var e = error; e is not null; e = e.InnerException)
        {
            if (e is RetriableException found)
                return found;
        }

        return null;
    }
}

/// <summary>Bytes that are no value of the expected kind, or a value that has no bytes.</summary>
public sealed class SerializationException : StreamsException
{
    /// <summary>An error without a text.</summary>
    public SerializationException()
    {
    }

    /// <summary>An error that names the place, never the content.</summary>
    public SerializationException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public SerializationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

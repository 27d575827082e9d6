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

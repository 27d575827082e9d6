namespace MedStreams.Streams;

/// <summary>A call of an asynchronous node did not end within <see cref="AsyncOptions.Timeout"/>.</summary>
public sealed class AsyncCallTimeoutException : StreamsException
{
    /// <summary>An error without a text.</summary>
    public AsyncCallTimeoutException()
    {
    }

    /// <summary>An error that names the node and the time.</summary>
    public AsyncCallTimeoutException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public AsyncCallTimeoutException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

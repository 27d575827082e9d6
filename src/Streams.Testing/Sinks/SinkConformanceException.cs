namespace MedStreams.Streams.Testing;

/// <summary>A sink does not keep the contract of <see cref="ISink{TKey,TValue}"/>; the text says in which case, and how.</summary>
public sealed class SinkConformanceException : Exception
{
    /// <summary>An error without a text.</summary>
    public SinkConformanceException()
    {
    }

    /// <summary>An error that says what was expected and what was found.</summary>
    public SinkConformanceException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public SinkConformanceException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

namespace MedStreams.Broker;

/// <summary>The broker cannot start or go on; the message says why and what helps.</summary>
public sealed class BrokerException : Exception
{
    /// <summary>A failure of which nothing is known.</summary>
    public BrokerException()
    {
    }

    /// <summary>A failure without further cause.</summary>
    /// <param name="message">Why, and what helps.</param>
    public BrokerException(string message)
        : base(message)
    {
    }

    /// <summary>A failure with its cause.</summary>
    /// <param name="message">Why, and what helps.</param>
    /// <param name="innerException">The cause.</param>
    public BrokerException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

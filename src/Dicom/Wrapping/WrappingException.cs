namespace MedStreams.Dicom.Wrapping;

/// <summary>A document that cannot be wrapped. The message says why, and nothing of the document.</summary>
public sealed class WrappingException : Exception
{
    /// <summary>An error of which nothing is known.</summary>
    public WrappingException()
        : this("The document cannot be wrapped.")
    {
    }

    /// <summary>An error.</summary>
    /// <param name="message">Why.</param>
    public WrappingException(string message)
        : base(message)
    {
    }

    /// <summary>An error.</summary>
    /// <param name="message">Why.</param>
    /// <param name="innerException">The cause.</param>
    public WrappingException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

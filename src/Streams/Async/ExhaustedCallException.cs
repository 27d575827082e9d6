namespace MedStreams.Streams.Async;

/// <summary>A call has failed for good: on its way from the node to whoever asks the handler.</summary>
/// <param name="error">What the last attempt threw.</param>
/// <param name="handler">The node's handler; null for the application's.</param>
internal sealed class ExhaustedCallException(Exception error, ErrorHandler? handler)
    : StreamsException("A call has failed for good.", error)
{
    /// <summary>The error that counts, and the handler to ask about it.</summary>
    public static (Exception Error, ErrorHandler Handler) Unwrap(Exception error, ErrorHandler applications) =>
        error is ExhaustedCallException { InnerException: { } cause } exhausted
            ? (cause, exhausted.Handler ?? applications)
            : (error, applications);

    private ErrorHandler? Handler => handler;
}

namespace MedStreams.Streams;

/// <summary>What an error handler answers.</summary>
public enum ErrorVerdict
{
    /// <summary>Stop the thread with the error.</summary>
    Fail,

    /// <summary>Drop the record, count it, go on.</summary>
    Continue,

    /// <summary>
    /// Write the record's original bytes to the dead-letter topic, with the <c>__streams.errors.*</c> headers of KIP-1034, and
    /// go on.
    /// </summary>
    DeadLetter,
}

/// <summary>What an error handler is told.</summary>
/// <param name="Error">The exception.</param>
/// <param name="Metadata">The record that was being processed; null inside a punctuator.</param>
/// <param name="NodeName">The node that threw; null where no node was reached.</param>
/// <param name="Task">The task.</param>
public sealed record ErrorContext(Exception Error, RecordMetadata? Metadata, string? NodeName, TaskId? Task);

/// <summary>Decides what to do with an error. Called on the task's thread.</summary>
public delegate ErrorVerdict ErrorHandler(ErrorContext context);

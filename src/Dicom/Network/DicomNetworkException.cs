namespace MedStreams.Dicom.Network;

/// <summary>What ended an exchange with a DICOM peer.</summary>
public enum DicomNetworkError
{
    /// <summary>Nothing that is known.</summary>
    None,

    /// <summary>No connection was made.</summary>
    NotConnected,

    /// <summary>The connection ended without a word.</summary>
    ConnectionLost,

    /// <summary>Nothing came, or nothing could be sent, for as long as is waited.</summary>
    TimedOut,

    /// <summary>The peer rejected the association.</summary>
    Rejected,

    /// <summary>The peer aborted the association.</summary>
    Aborted,

    /// <summary>The peer accepted no presentation context that fits.</summary>
    ContextRefused,

    /// <summary>Bytes came that are no DICOM, or not at this place.</summary>
    Protocol,

    /// <summary>The peer answered an operation with a failure.</summary>
    Status,

    /// <summary>The data set cannot be sent as it is.</summary>
    NotSendable,

    /// <summary>The association was closed on this side.</summary>
    Closed,
}

/// <summary>
/// An exchange with a DICOM peer that came to no good end. The message names the reason and, of bytes that are wrong, the place; it holds no value of a data set.
/// After it, unless <see cref="Error"/> is <see cref="DicomNetworkError.Status"/> or <see cref="DicomNetworkError.ContextRefused"/>, the association is over:
/// open another one.
/// </summary>
public sealed class DicomNetworkException : Exception
{
    /// <summary>An exception without a reason.</summary>
    public DicomNetworkException()
    {
    }

    /// <summary>An exception with a message.</summary>
    public DicomNetworkException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with a message and a cause.</summary>
    public DicomNetworkException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An exception of a kind.</summary>
    /// <param name="error">The kind.</param>
    /// <param name="message">The reason in words.</param>
    /// <param name="isTransient">Whether the same may succeed later.</param>
    /// <param name="innerException">The cause.</param>
    public DicomNetworkException(DicomNetworkError error, string message, bool isTransient, Exception? innerException = null)
        : base(message, innerException) => (Error, IsTransient) = (error, isTransient);

    /// <summary>The kind.</summary>
    public DicomNetworkError Error { get; }

    /// <summary>Whether the same may succeed when it is tried again later.</summary>
    public bool IsTransient { get; }

    /// <summary>Of bytes that are wrong: the byte, from 0, within its PDU or command set; else null.</summary>
    public long? Position { get; private init; }

    /// <summary>Of an operation that failed: the status; else null.</summary>
    public DimseStatus? Status { get; private init; }

    /// <summary>Bytes that are wrong.</summary>
    /// <param name="what">What was read, such as <c>A-ASSOCIATE-RQ</c>.</param>
    /// <param name="position">The byte, from 0, at which it was noticed.</param>
    /// <param name="reason">What is wrong there.</param>
    internal static DicomNetworkException Malformed(string what, long position, string reason) =>
        new(DicomNetworkError.Protocol, $"{what}: {reason} at byte {position}.", isTransient: false) { Position = position };

    /// <summary>Something at the wrong place.</summary>
    internal static DicomNetworkException Unexpected(string reason) => new(DicomNetworkError.Protocol, reason, isTransient: false);

    /// <summary>An operation that failed.</summary>
    internal static DicomNetworkException Failed(string operation, DimseStatus status) =>
        new(DicomNetworkError.Status, $"{operation} was answered with {status}.", status.IsTransient) { Status = status };
}

using System.Net;

namespace MedStreams.Dicom.Web;

/// <summary>
/// A DICOMweb service (PS3.18) did not do what it was asked. The message names the request's kind and the place of what is wrong; it holds no identifier and nothing of a
/// data set.
/// </summary>
public sealed class DicomWebException : Exception
{
    /// <summary>An error of which nothing is known.</summary>
    public DicomWebException()
        : this("The DICOMweb service did not answer in order.")
    {
    }

    /// <summary>An error.</summary>
    /// <param name="message">What, and where.</param>
    public DicomWebException(string message)
        : base(message)
    {
    }

    /// <summary>An error.</summary>
    /// <param name="message">What, and where.</param>
    /// <param name="innerException">Why.</param>
    public DicomWebException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    internal DicomWebException(DicomWebError error, string message, Exception? innerException = null)
        : base(message, innerException) => Error = error;

    /// <summary>What is wrong.</summary>
    public DicomWebError Error { get; private init; }

    /// <summary>The answer's status; null where there was none, or it was not to blame.</summary>
    public HttpStatusCode? Status { get; init; }

    /// <summary>How long the service wants to be left alone (Retry-After, RFC 9110 section 10.2.3); null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same request, later, may succeed. Repeating is the caller's.</summary>
    public bool MayBeRepeated => Error is DicomWebError.Unreachable or DicomWebError.TimedOut or DicomWebError.Busy or DicomWebError.ServerFault or DicomWebError.Truncated;
}

/// <summary>Kinds of errors, by what they ask for.</summary>
public enum DicomWebError
{
    /// <summary>What is none of the others.</summary>
    Unknown,

    /// <summary>No connection, or it broke.</summary>
    Unreachable,

    /// <summary>No answer, or no byte of it, in time.</summary>
    TimedOut,

    /// <summary>No secure connection: a certificate or a version of TLS is not accepted.</summary>
    Untrusted,

    /// <summary>Too many requests, or out of service for now: 408, 425, 429, 503.</summary>
    Busy,

    /// <summary>The service failed: another status from 500 on.</summary>
    ServerFault,

    /// <summary>The credentials are missing, wrong, or not enough: 401, 403, 407.</summary>
    Unauthorized,

    /// <summary>There is no such thing: 404, 410.</summary>
    NotFound,

    /// <summary>The service cannot give it in the form that was asked for: 406, 415.</summary>
    NotAcceptable,

    /// <summary>The request was refused: another status from 400 on.</summary>
    Refused,

    /// <summary>The answer ends too early.</summary>
    Truncated,

    /// <summary>The answer is not what the standard says; to ask again gives the same.</summary>
    Malformed,

    /// <summary>The answer is larger than allowed.</summary>
    TooLarge,

    /// <summary>What was to be sent could not be read, or has another length than was said.</summary>
    SourceFault,
}

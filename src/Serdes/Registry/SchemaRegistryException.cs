using System.Net;
using MedStreams.Streams;

namespace MedStreams.Serialization.Registry;

/// <summary>
/// A schema registry refused a request, or none answered. Where <see cref="IsTransient"/> is true, the same request may
/// succeed later; otherwise the schema, the subject or the access has to change.
/// </summary>
public sealed class SchemaRegistryException : StreamsException
{
    /// <summary>An error without a text.</summary>
    public SchemaRegistryException()
    {
    }

    /// <summary>An error that says what happened.</summary>
    public SchemaRegistryException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public SchemaRegistryException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The status of the answer; 0 where there was none.</summary>
    public HttpStatusCode Status { get; init; }

    /// <summary>
    /// Confluent's code for the reason, such as 40401 (no such subject), 40403 (no such schema), 409 (incompatible) or 42201 (no
    /// schema); 0 where there was no answer.
    /// </summary>
    public int ErrorCode { get; init; }

    /// <summary>Whether no registry answered, or one with a failure of its own.</summary>
    public bool IsTransient => Status == default || RegistryStatus.IsTransient(Status);
}

/// <summary>Which answers tell of a failure that may pass.</summary>
internal static class RegistryStatus
{
    public static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests || (int)status >= 500;
}

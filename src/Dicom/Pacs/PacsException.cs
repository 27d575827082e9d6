namespace MedStreams.Dicom.Pacs;

/// <summary>A PACS did not do what it was asked. The message names the place and the cure, and holds no patient data.</summary>
public sealed class PacsException : Exception
{
    /// <summary>An error of which nothing is known.</summary>
    public PacsException()
        : this("The PACS did not answer in order.")
    {
    }

    /// <summary>An error.</summary>
    /// <param name="message">What, where, and the cure.</param>
    public PacsException(string message)
        : base(message)
    {
    }

    /// <summary>An error.</summary>
    /// <param name="message">What, where, and the cure.</param>
    /// <param name="innerException">Why.</param>
    public PacsException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>What to do about it.</summary>
    public PacsFailure Failure { get; init; } = PacsFailure.Unavailable;
}

/// <summary>Kinds of failures, by what they ask for.</summary>
public enum PacsFailure
{
    /// <summary>The PACS is away or busy: the same again, later.</summary>
    Unavailable,

    /// <summary>It refused this object or study: again only a few times, then somebody must look.</summary>
    Refused,

    /// <summary>It holds other content under the same UID: never again by itself.</summary>
    Conflict,

    /// <summary>A later attempt has taken over: this one ends in silence.</summary>
    Fenced,
}

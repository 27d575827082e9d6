namespace MedStreams.Sources.Pacs.Located;

/// <summary>An object could not be had. The message holds no address, which may name a patient.</summary>
public sealed class ObjectStoreException : Exception
{
    /// <summary>An error of which nothing is known.</summary>
    public ObjectStoreException()
        : this("The store did not answer in order.")
    {
    }

    /// <summary>An error.</summary>
    /// <param name="message">What, and the cure.</param>
    public ObjectStoreException(string message)
        : base(message)
    {
    }

    /// <summary>An error.</summary>
    /// <param name="message">What, and the cure.</param>
    /// <param name="innerException">Why.</param>
    public ObjectStoreException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error of a kind.</summary>
    /// <param name="failure">The kind.</param>
    /// <param name="message">What, and the cure.</param>
    /// <param name="innerException">Why.</param>
    public ObjectStoreException(ObjectStoreFailure failure, string message, Exception? innerException = null)
        : base(message, innerException) => Failure = failure;

    /// <summary>What to do about it.</summary>
    public ObjectStoreFailure Failure { get; } = ObjectStoreFailure.Interrupted;
}

/// <summary>Kinds of failures, by what they ask for.</summary>
public enum ObjectStoreFailure
{
    /// <summary>The object is not there: asking again does not help.</summary>
    NotThere,

    /// <summary>It must not be read, or its address is none of this store: somebody must look.</summary>
    Refused,

    /// <summary>It was changed while it was read: again, from its beginning.</summary>
    Changed,

    /// <summary>The reading was cut: again, from where it was cut.</summary>
    Interrupted,

    /// <summary>The store as a whole does not answer.</summary>
    Unavailable,
}

namespace MedStreams.Dicom.Editing;

/// <summary>Rules that cannot be, or that cannot be applied to an object. The message names the attribute and no value.</summary>
public sealed class TagRuleException : Exception
{
    /// <summary>An error of which nothing is known.</summary>
    public TagRuleException()
        : this("A rule for attributes cannot be applied.")
    {
    }

    /// <summary>An error.</summary>
    /// <param name="message">What, and of which attribute.</param>
    public TagRuleException(string message)
        : base(message)
    {
    }

    /// <summary>An error.</summary>
    /// <param name="message">What, and of which attribute.</param>
    /// <param name="innerException">Why.</param>
    public TagRuleException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

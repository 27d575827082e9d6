namespace MedStreams.Hl7;

/// <summary>Why bytes or text are no HL7 v2 message.</summary>
public enum Hl7Error
{
    /// <summary>It is one.</summary>
    None,

    /// <summary>Nothing but white space and framing.</summary>
    Empty,

    /// <summary>The first segment is not MSH.</summary>
    NoHeader,

    /// <summary>It is a batch (FHS or BHS first): take it apart before.</summary>
    Batch,

    /// <summary>MSH-1 and MSH-2 do not declare usable delimiters.</summary>
    Delimiters,

    /// <summary>MSH-18 names a character set that is not known here.</summary>
    CharacterSet,
}

/// <summary>A message that cannot be read. The text names the fault, never the content.</summary>
public sealed class Hl7Exception : Exception
{
    /// <summary>An error without a text.</summary>
    public Hl7Exception()
    {
    }

    /// <summary>An error with a text that must not hold content of a message.</summary>
    public Hl7Exception(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public Hl7Exception(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>An error of the given kind.</summary>
    public Hl7Exception(Hl7Error error)
        : base(Describe(error)) => Error = error;

    /// <summary>The kind of fault.</summary>
    public Hl7Error Error { get; }

    private static string Describe(Hl7Error error) => error switch
    {
        Hl7Error.Empty => "The HL7 message is empty.",
        Hl7Error.NoHeader => "The HL7 message does not begin with MSH.",
        Hl7Error.Batch => "This is an HL7 batch (FHS or BHS), not a message.",
        Hl7Error.Delimiters => "MSH-1 and MSH-2 do not declare usable delimiters.",
        Hl7Error.CharacterSet => "MSH-18 names a character set that is not known here.",
        _ => "The HL7 message cannot be read.",
    };
}

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

    /// <summary>It is a batch (FHS or BHS first): take it apart with <see cref="Hl7Batch"/> before.</summary>
    Batch,

    /// <summary>MSH-1 and MSH-2 do not declare usable delimiters.</summary>
    Delimiters,

    /// <summary>MSH-18 names a character set that is not known here, and the message has bytes beyond ASCII.</summary>
    CharacterSet,
}

/// <summary>Why and where bytes or text are no HL7 v2 message. Holds nothing of the content.</summary>
/// <param name="Error">The kind of fault; <see cref="Hl7Error.None"/> where there is none.</param>
/// <param name="Position">Where it was noticed: bytes (or characters, where text was read) from the front, from 0.</param>
public readonly record struct Hl7Fault(Hl7Error Error, int Position)
{
    /// <summary>The reason and the place, for people.</summary>
    public override string ToString() => Error switch
    {
        Hl7Error.None => "no fault",
        Hl7Error.Empty => "the HL7 message is empty",
        Hl7Error.NoHeader => $"the HL7 message does not begin with MSH at position {Position}",
        Hl7Error.Batch => $"this is an HL7 batch (FHS or BHS at position {Position}), not a message",
        Hl7Error.Delimiters => $"MSH-1 and MSH-2 declare no usable delimiters, see position {Position}",
        Hl7Error.CharacterSet =>
            $"MSH-18 at position {Position} names a character set that is not known here; set a known one, such as UNICODE UTF-8",
        _ => $"{Error} at position {Position}",
    };
}

/// <summary>A message that cannot be read or written. The text names the fault and its place, never the content.</summary>
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

    /// <summary>The error of a fault.</summary>
    public Hl7Exception(Hl7Fault fault)
        : base($"Cannot read: {fault}.") => Fault = fault;

    /// <summary>What is wrong, and where.</summary>
    public Hl7Fault Fault { get; }
}

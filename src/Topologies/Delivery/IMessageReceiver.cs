using MedStreams.Hl7;
using MedStreams.Streams;

namespace MedStreams.Topologies.Delivery;

/// <summary>A system that takes HL7 messages, such as an EMR. Safe for use by several threads.</summary>
public interface IMessageReceiver
{
    /// <summary>Sends a message and waits for its answer. May be called again with the same message, under the same MSH-10.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellation">Ends the wait; it is unknown then whether the message was taken.</param>
    /// <returns>The answer: taken, or refused for good.</returns>
    /// <exception cref="RetriableException">There is no answer, or one that says "not now": send it again later.</exception>
    ValueTask<MessageReceipt> DeliverAsync(Hl7Message message, CancellationToken cancellation);
}

/// <summary>What a receiver answered.</summary>
/// <param name="Code">MSA-1: AA or CA where it was taken; AE, AR, CE or CR where it was refused.</param>
/// <param name="Errors">The codes of ERR-3 (HL7 table 0357), such as 204; nothing of the texts, which may speak of the patient.</param>
public readonly record struct MessageReceipt(string Code, string Errors)
{
    /// <summary>Whether the receiver has it.</summary>
    public bool IsAccepted => Code is "AA" or "CA";
}

/// <summary>A receiver refused a message for its content; the text has codes only.</summary>
public sealed class MessageRefusedException : StreamsException
{
    /// <summary>An error without a text.</summary>
    public MessageRefusedException()
    {
    }

    /// <summary>An error with its text.</summary>
    public MessageRefusedException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public MessageRefusedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

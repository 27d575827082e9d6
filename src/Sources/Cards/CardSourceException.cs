namespace MedStreams.Sources.Cards;

/// <summary>Cards cannot be read, or must not be written. The text holds nothing of cards.</summary>
public sealed class CardSourceException : Exception
{
    /// <summary>An error without a text.</summary>
    public CardSourceException()
    {
    }

    /// <summary>An error with a text.</summary>
    public CardSourceException(string message)
        : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public CardSourceException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}

namespace MedStreams.Broker.Security;

/// <summary>One exchange of messages by which a client proves who it is. Not for use by several threads.</summary>
internal interface ISaslExchange
{
    /// <summary>Who the client is; null before the exchange has succeeded.</summary>
    string? User { get; }

    /// <summary>Takes the client's next message.</summary>
    /// <param name="message">The message as it came.</param>
    /// <returns>The broker's message; empty where there is nothing to say.</returns>
    /// <exception cref="SaslRefusedException">The exchange has failed.</exception>
    byte[] Take(ReadOnlySpan<byte> message);
}

/// <summary>A client could not prove who it is.</summary>
/// <param name="reason">Why, for the log: never a password, nor a name that may be one. The client is not told.</param>
internal sealed class SaslRefusedException(string reason) : Exception(reason)
{
    /// <summary>A password was wrong, or there is no such user.</summary>
    /// <param name="user">The user, if there is one of that name.</param>
    public static SaslRefusedException Wrong(string? user) =>
        new(user is null ? "There is no user of that name." : $"The password of {user} was wrong.");
}

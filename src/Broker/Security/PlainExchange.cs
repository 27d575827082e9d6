using System.Text;

namespace MedStreams.Broker.Security;

/// <summary>
/// The mechanism PLAIN (RFC 4616): one message of an identity to act as, a name and a password, with zero bytes between.
/// The password is checked against the user's salted keys; where there is no such user, the same work is done.
/// </summary>
internal sealed class PlainExchange(UserStore users) : ISaslExchange
{
    private const int Parts = 3;

    /// <inheritdoc/>
    public string? User { get; private set; }

    /// <inheritdoc/>
    public byte[] Take(ReadOnlySpan<byte> message)
    {
        var parts = Encoding.UTF8.GetString(message).Split('\0');
        if (parts.Length != Parts)
            throw new SaslRefusedException($"The message has {parts.Length} parts, not {Parts}.");
        var (actAs, name, password) = (parts[0], parts[1], parts[2]);
        if (name.Length == 0 || password.Length == 0)
            throw new SaslRefusedException("There is no name or no password.");

        var found = users.Find(name, SaslMechanism.ScramSha512) ?? users.Find(name, SaslMechanism.ScramSha256);
        var verified = (found ?? users.Pretend(name, SaslMechanism.ScramSha512)).Verifies(password);
        if (found is null || !verified)
            throw SaslRefusedException.Wrong(found is null ? null : name);
        if (actAs.Length > 0 && actAs != name)
            throw new SaslRefusedException("The client wants to act as somebody else.");
        User = name;
        return [];
    }
}

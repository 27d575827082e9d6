namespace MedStreams.Broker;

/// <summary>
/// How clients of the listeners that use SASL authenticate (<c>sasl.*</c>). Immutable. Users and their salted keys are in
/// the data directory: see <see cref="BrokerUsers"/>.
/// </summary>
public sealed record SaslOptions
{
    /// <summary>
    /// The mechanisms that clients may choose (<c>sasl.enabled.mechanisms</c>), at least one. Default both SCRAM ones.
    /// </summary>
    public IReadOnlyList<SaslMechanism> Mechanisms { get; init; } = [SaslMechanism.ScramSha256, SaslMechanism.ScramSha512];

    /// <summary>
    /// After how long a client has to authenticate again, 0 to 365 days; one that does not is disconnected at its next request
    /// (<c>connections.max.reauth.ms</c>, KIP-368). Default 0: never.
    /// </summary>
    public TimeSpan MaxReauthentication { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// How long a client waits for the answer that its authentication failed, 0 to 10 s
    /// (<c>connection.failed.authentication.delay.ms</c>). Default 100 ms.
    /// </summary>
    public TimeSpan FailedAuthenticationDelay { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// The longest request before a client is authenticated, 1 KiB to 1 GiB (<c>sasl.server.max.receive.size</c>).
    /// Default 512 KiB.
    /// </summary>
    public int MaxReceiveBytes { get; init; } = 512 << 10;
}

/// <summary>A SASL mechanism.</summary>
public enum SaslMechanism
{
    /// <summary>The password itself (RFC 4616); use it over TLS only.</summary>
    Plain = 0,

    /// <summary>A proof that the password is known, over SHA-256 (RFC 7677). The number is that of Kafka's protocol.</summary>
    ScramSha256 = 1,

    /// <summary>A proof that the password is known, over SHA-512. The number is that of Kafka's protocol.</summary>
    ScramSha512 = 2,
}

/// <summary>The mechanisms' registered names.</summary>
public static class SaslMechanisms
{
    /// <summary>The name, such as <c>SCRAM-SHA-256</c>.</summary>
    /// <param name="mechanism">The mechanism.</param>
    public static string RegisteredName(this SaslMechanism mechanism) => mechanism switch
    {
        SaslMechanism.Plain => "PLAIN",
        SaslMechanism.ScramSha256 => "SCRAM-SHA-256",
        SaslMechanism.ScramSha512 => "SCRAM-SHA-512",
        _ => throw new ArgumentOutOfRangeException(nameof(mechanism), mechanism, "No such mechanism."),
    };

    /// <summary>The mechanism of a name, in any case.</summary>
    /// <param name="name">The name.</param>
    /// <param name="mechanism">The mechanism, if there is one of that name.</param>
    public static bool TryParse(string name, out SaslMechanism mechanism)
    {
        foreach (var candidate in Enum.GetValues<SaslMechanism>())
        {
            if (candidate.RegisteredName().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                mechanism = candidate;
                return true;
            }
        }

        mechanism = default;
        return false;
    }
}

namespace MedStreams.Broker;

/// <summary>How clients talk to a listener: Kafka's security protocols.</summary>
public enum ListenerProtocol
{
    /// <summary>Neither encrypted nor authenticated (<c>PLAINTEXT</c>).</summary>
    Plaintext,

    /// <summary>TLS; clients are authenticated where they show a certificate (<c>SSL</c>).</summary>
    Ssl,

    /// <summary>Authenticated by SASL, not encrypted (<c>SASL_PLAINTEXT</c>).</summary>
    SaslPlaintext,

    /// <summary>TLS, and authenticated by SASL (<c>SASL_SSL</c>).</summary>
    SaslSsl,
}

/// <summary>What follows from a listener's protocol, and Kafka's spelling of it.</summary>
public static class ListenerProtocols
{
    /// <summary>Whether connections are encrypted.</summary>
    /// <param name="protocol">The protocol.</param>
    public static bool UsesTls(this ListenerProtocol protocol) => protocol is ListenerProtocol.Ssl or ListenerProtocol.SaslSsl;

    /// <summary>Whether clients have to authenticate by SASL.</summary>
    /// <param name="protocol">The protocol.</param>
    public static bool UsesSasl(this ListenerProtocol protocol) =>
        protocol is ListenerProtocol.SaslPlaintext or ListenerProtocol.SaslSsl;

    /// <summary>The protocol as Kafka spells it, such as <c>SASL_SSL</c>.</summary>
    /// <param name="protocol">The protocol.</param>
    public static string KafkaName(this ListenerProtocol protocol) => protocol switch
    {
        ListenerProtocol.Ssl => "SSL",
        ListenerProtocol.SaslPlaintext => "SASL_PLAINTEXT",
        ListenerProtocol.SaslSsl => "SASL_SSL",
        _ => "PLAINTEXT",
    };

    /// <summary>The protocol that Kafka spells so, in any case.</summary>
    /// <param name="name">The name.</param>
    /// <param name="protocol">The protocol, if there is one of that name.</param>
    public static bool TryParse(string name, out ListenerProtocol protocol)
    {
        foreach (var candidate in Enum.GetValues<ListenerProtocol>())
        {
            if (candidate.KafkaName().Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                protocol = candidate;
                return true;
            }
        }

        protocol = default;
        return false;
    }
}

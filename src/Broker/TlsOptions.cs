using System.Net.Security;
using System.Security.Authentication;

namespace MedStreams.Broker;

/// <summary>
/// Keys and certificates of the listeners that use TLS (<c>ssl.*</c>). Immutable. Files are read again when they change; a
/// change that does not hold together is reported, and what was read before stays in use.
/// </summary>
public sealed record TlsOptions
{
    /// <summary>The broker's private key and its certificate with the chain up to, but without, the root. No default.</summary>
    public required TlsStore KeyStore { get; init; }

    /// <summary>
    /// The certificates that clients' certificates have to lead to. Default null: those that the operating system trusts.
    /// </summary>
    public TlsStore? TrustStore { get; init; }

    /// <summary>
    /// Whether clients have to show a certificate (<c>ssl.client.auth</c>). Default none. It holds for listeners with the
    /// protocol <c>SSL</c>; with <c>SASL_SSL</c> a client is who it authenticates as by SASL, as in Kafka.
    /// </summary>
    public ClientCertificateMode ClientAuth { get; init; } = ClientCertificateMode.None;

    /// <summary>Versions that are spoken (<c>ssl.enabled.protocols</c>): TLS 1.2, TLS 1.3 or both. Default both.</summary>
    public SslProtocols Protocols { get; init; } = SslProtocols.Tls12 | SslProtocols.Tls13;

    /// <summary>
    /// Cipher suites that are allowed (<c>ssl.cipher.suites</c>), in their standard names' numbers. Default empty: what the
    /// operating system allows.
    /// </summary>
    public IReadOnlyList<TlsCipherSuite> CipherSuites { get; init; } = [];

    /// <summary>
    /// How a certificate's name becomes the client's (<c>ssl.principal.mapping.rules</c>). Default <c>DEFAULT</c>: the
    /// distinguished name in the form of RFC 2253.
    /// </summary>
    public string PrincipalMappingRules { get; init; } = "DEFAULT";
}

/// <summary>Whether a TLS client has to show a certificate: the values of <c>ssl.client.auth</c>.</summary>
public enum ClientCertificateMode
{
    /// <summary>It is not asked for one (<c>none</c>).</summary>
    None,

    /// <summary>It is asked; without one it is anonymous, with one that is not trusted it is refused (<c>requested</c>).</summary>
    Requested,

    /// <summary>Without a trusted one it is refused (<c>required</c>).</summary>
    Required,
}

/// <summary>Where keys and certificates come from: a PKCS#12 file, a PEM file, or PEM text. Immutable.</summary>
public sealed record TlsStore
{
    /// <summary>The file. Null where <see cref="Pem"/> is set.</summary>
    public string? Location { get; init; }

    /// <summary>What the file is. Default PKCS#12 (<c>ssl.keystore.type</c>).</summary>
    public TlsStoreType Type { get; init; } = TlsStoreType.Pkcs12;

    /// <summary>The text itself instead of a file: certificates, and the private key in a key store.</summary>
    public string? Pem { get; init; }

    /// <summary>The password of the file, or of the private key in PEM. Null: none.</summary>
    public string? Password { get; init; }

    /// <summary>The type and the place, without secrets.</summary>
    public override string ToString() => Location is null ? "PEM text" : $"{Type} {Location}";
}

/// <summary>The forms of key and trust stores.</summary>
public enum TlsStoreType
{
    /// <summary>PKCS#12 (<c>PKCS12</c>), as Java's keytool makes it.</summary>
    Pkcs12,

    /// <summary>PEM (<c>PEM</c>): certificates, and in a key store the private key in PKCS#8.</summary>
    Pem,
}

using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MedStreams.Dicom.Network;

/// <summary>
/// TLS as PS3.15 section B.9 (BCP 195, without the way down to older versions) wants it between DICOM nodes: TLS 1.2 or 1.3, no renegotiation, both sides with a certificate.
/// Pure; safe for concurrent use.
/// </summary>
public static class DicomTls
{
    /// <summary>The side that calls.</summary>
    /// <param name="host">The name or address that is called, which the peer's certificate has to carry.</param>
    /// <param name="certificate">What this side proves itself with, with its private key; null: nothing, which few peers take.</param>
    /// <param name="authorities">Who may have signed the peer's certificate, instead of those the system trusts; null: those.</param>
    public static SslClientAuthenticationOptions User(string host, X509Certificate2? certificate = null, X509Certificate2Collection? authorities = null) => new()
    {
        TargetHost = host,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        ClientCertificates = certificate is null ? null : [certificate],
        CertificateChainPolicy = Trust(authorities),
    };

    /// <summary>The side that is called.</summary>
    /// <param name="certificate">What this side proves itself with, with its private key.</param>
    /// <param name="authorities">Who may have signed the callers' certificates, instead of those the system trusts; null: those.</param>
    /// <param name="isPeerProven">Whether callers have to prove themselves by a certificate; the standard wants it.</param>
    public static SslServerAuthenticationOptions Provider(X509Certificate2 certificate, X509Certificate2Collection? authorities = null, bool isPeerProven = true) => new()
    {
        ServerCertificate = certificate,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        ClientCertificateRequired = isPeerProven,
        CertificateChainPolicy = isPeerProven ? Trust(authorities) : null,
    };

    private static X509ChainPolicy? Trust(X509Certificate2Collection? authorities)
    {
        if (authorities is null)
            return null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
